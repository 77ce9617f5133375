"""Calls run one at a time, and a call that the sandbox does not support is refused."""

from werkzeug.test import create_environ
from werkzeug.wrappers import Response

from sandbox.server.__main__ import OneAtATime

CALL = create_environ("/", method="POST")


def fail() -> None:
    raise KeyError("gone")


def test_a_call_is_answered_as_it_was() -> None:
    answer = OneAtATime(lambda environ: Response("made"), lambda: None)(CALL)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "made")


def test_a_failing_look_after_a_call_is_an_answer_that_no_client_repeats() -> None:
    """A call with a 500 is sent again, so its first effect would be lost or doubled."""
    answer = OneAtATime(lambda environ: Response("made"), fail)(CALL)
    assert answer.status_code == 400
    text = answer.get_data(as_text=True)
    assert "SandboxFailure" in text
    assert "gone" in text
