"""A canary is started, and only the run that this started counts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.model.smoke import ThirdParty
from rollout.aws.polling import Clock
from rollout.smoke.canaries import DeployedCanary
from rollout.smoke.runs import ShownRun
from rollout.smoke.verdict import Outcome

START = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAME = "sandbox-cancel-fargate"
Json = dict[str, Any]


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Operation")


def run(at: int, state: str = "PASSED", **status: str) -> Json:
    """A run that began `at` seconds after the start."""
    started = START + timedelta(seconds=at)
    return {
        "Id": f"run-{at}",
        "Status": {"State": state, **status},
        "Timeline": {"Started": started},
    }


class Synthetics:
    """AWS with a clock of its own: runs are listed from some second on."""

    def __init__(
        self, *runs: tuple[int, Json], states: Callable[[float], str] | None = None
    ) -> None:
        self.now = 0.0
        self._runs = runs
        self._states = states or (lambda now: "READY")
        self.conflicts = 0
        self.started = list[float]()

    def get_canary(self, Name: str) -> Json:
        state = self._states(self.now)
        if state == "none":
            raise error("ResourceNotFoundException")
        date = (START + timedelta(seconds=int(self.now))).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = {"HTTPHeaders": {"date": date}}
        canary = {"Status": {"State": state}, "Tags": {"Asks": "connector publicapi"}}
        return {"Canary": canary, "ResponseMetadata": headers}

    def start_canary(self, Name: str) -> None:
        if self.conflicts:
            self.conflicts -= 1
            raise error("ConflictException")
        self.started.append(self.now)

    def get_canary_runs(self, Name: str, MaxResults: int) -> Json:
        return {"CanaryRuns": [each for second, each in self._runs if second <= self.now]}

    def shows(self, *services: str) -> ShownRun:
        def sleep(seconds: float) -> None:
            self.now += seconds

        clock = Clock(lambda: self.now, sleep)
        return DeployedCanary(self, NAME, 60, clock, frozenset(services)).run()


def test_a_run_that_began_after_the_start_passes() -> None:
    aws = Synthetics((6, run(1)))
    assert aws.shows() == ShownRun(Outcome.PASSED, id="run-1")
    assert aws.now >= 6


def test_a_canary_that_is_older_than_a_side_of_its_services_is_not_started() -> None:
    aws = Synthetics((6, run(1)))
    shown = aws.shows("connector", "ledger")
    assert (shown.outcome, aws.started) == (Outcome.NOT_KNOWN, [])
    assert f"{NAME} does not ask ledger yet: deploy the stack of smoke tests" in shown.reason
    assert aws.shows("connector").outcome is Outcome.PASSED


@pytest.mark.parametrize("older", [run(-3600), run(-1)])
def test_a_run_that_began_before_does_not_count(older: Json) -> None:
    shown = Synthetics((0, older)).shows()
    assert shown.outcome is Outcome.NOT_KNOWN
    assert not shown.ran
    assert "no run of sandbox-cancel-fargate that began after 12:00:00 is listed" in shown.reason


def test_a_run_without_an_end_is_not_known() -> None:
    shown = Synthetics((2, run(1, "RUNNING"))).shows()
    assert (shown.outcome, "is still running" in shown.reason) == (Outcome.NOT_KNOWN, True)


def test_a_failed_script_fails() -> None:
    status = {"StateReason": "payment is submitted", "StateReasonCode": "CANARY_FAILURE"}
    shown = Synthetics((2, run(1, "FAILED", TestResult="FAILED", **status))).shows()
    assert shown == ShownRun(Outcome.FAILED, "payment is submitted", "run-1")


@pytest.mark.parametrize(
    "status",
    [
        {"StateReasonCode": "EXECUTION_FAILURE", "TestResult": "PASSED"},
        {"StateReasonCode": "CANARY_FAILURE", "TestResult": "UNKNOWN"},
    ],
)
def test_a_canary_that_cannot_keep_its_artefacts_shows_nothing(status: dict[str, str]) -> None:
    shown = Synthetics((2, run(1, "FAILED", StateReason="no access to S3", **status))).shows()
    assert shown.outcome is Outcome.NOT_KNOWN
    assert shown.reason == "the canary itself failed: no access to S3"


def test_the_failure_of_a_third_party_is_its_own() -> None:
    reason = "Error: third party stripe: Waiting for selector failed"
    shown = Synthetics((2, run(1, "FAILED", TestResult="FAILED", StateReason=reason))).shows()
    assert (shown.outcome, shown.third_party) == (Outcome.NOT_KNOWN, ThirdParty.STRIPE)


@pytest.mark.parametrize(
    ("state", "says"), [("none", "there is no canary"), ("ERROR", "state ERROR")]
)
def test_a_canary_that_cannot_start_is_not_known(state: str, says: str) -> None:
    aws = Synthetics(states=lambda now: state)
    shown = aws.shows()
    assert (shown.outcome, says in shown.reason, aws.started) == (Outcome.NOT_KNOWN, True, [])


def test_waits_for_the_run_of_somebody_else_and_starts_its_own() -> None:
    busy = Synthetics(
        (2, run(-5)), (40, run(31)), states=lambda now: "RUNNING" if now < 30 else "STOPPED"
    )
    assert busy.shows().id == "run-31"
    assert busy.started == [30]


def test_starts_again_after_a_conflict() -> None:
    aws = Synthetics((9, run(8)))
    aws.conflicts = 2
    assert aws.shows().id == "run-8"


def test_gives_up_on_a_canary_that_never_stands_still() -> None:
    shown = Synthetics(states=lambda now: "UPDATING").shows()
    assert (shown.outcome, "stayed UPDATING" in shown.reason) == (Outcome.NOT_KNOWN, True)
