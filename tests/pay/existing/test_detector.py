"""The contract that GuardDuty's detector is held to."""

from collections.abc import Mapping

import pytest

from pay.existing.detector import detector
from pay.model import Environment
from pay.model.environment.account import accounts
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture(scope="module")
def stack(environments: Mapping[str, Environment]) -> Synthesised:
    [account] = accounts([environments["sandbox"]])
    return rendered(lambda stack: detector(stack, account))


def test_the_detector_is_looked_up_and_never_made(stack: Synthesised) -> None:
    assert set(stack.document["data"]["aws_guardduty_detector"]) == {"detector"}
    assert stack.addresses == []


def test_it_must_be_on_and_see_what_runs_and_say_it_soon(stack: Synthesised) -> None:
    promises = stack.data("aws_guardduty_detector", "detector")["lifecycle"]["postcondition"]
    runtime = 'each.name == "RUNTIME_MONITORING" && each.status == "ENABLED"'
    assert [promise["condition"] for promise in promises] == [
        '${self.status == "ENABLED"}',
        f"${{length([for each in self.features : each if {runtime}]) > 0}}",
        '${self.finding_publishing_frequency == "FIFTEEN_MINUTES"}',
    ]
    for promise in promises:
        assert promise["error_message"].startswith("GuardDuty's detector of account sandbox ")
        assert "Ask who administers GuardDuty" in promise["error_message"]
