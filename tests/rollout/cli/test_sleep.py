"""`pay sleep`, `pay wake` and `pay asleep`: what they refuse before they ask AWS."""

import pytest

from tests.support.checkout import Pay


@pytest.mark.parametrize("command", ["sleep", "wake", "asleep"])
def test_refuses_an_environment_that_never_sleeps(command: str, pay: Pay) -> None:
    refused = pay(command, "test-12")
    assert refused.exit_code == 1
    assert "no table `sleep`" in refused.output
    assert "put-an-environment-to-sleep.md" in refused.output
    production = pay(command, "production-2")
    assert production.exit_code == 1
    assert "real payments pass" in production.output


def test_refuses_a_time_that_is_none(pay: Pay) -> None:
    refused = pay("wake", "test-perf-1", "--for", "soon")
    assert refused.exit_code == 2
    assert "1h30m" in refused.output
