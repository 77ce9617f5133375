"""Calls run one at a time, and a call that the sandbox does not support is refused."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Response

from sandbox.server.__main__ import OneAtATime


def answer(environ: Any, start: Callable[..., Any]) -> Iterable[bytes]:
    return Response("made")(environ, start)


def fail() -> None:
    raise KeyError("gone")


def test_a_call_is_answered_as_it_was() -> None:
    answered = Client(OneAtATime(answer, lambda: None)).post("/")
    assert (answered.status_code, answered.text) == (200, "made")


def test_a_failing_look_after_a_call_is_an_answer_that_no_client_repeats() -> None:
    """A call with a 500 is sent again, so its first effect would be lost or doubled."""
    failed = Client(OneAtATime(answer, fail)).post("/")
    assert failed.status_code == 400
    assert "SandboxFailure" in failed.text
    assert "gone" in failed.text
