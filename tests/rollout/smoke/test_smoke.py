"""The scenarios of a side, tried as often as they may be, with those in quarantine told apart."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment, Side, Stage
from pay.model.smoke import Quarantine, SmokeScenario
from rollout.smoke.runs import ShownRun, failed, not_known
from rollout.smoke.smoke import Attempt, sides_to_try, tried
from rollout.smoke.verdict import Outcome, SmokeVerdict
from rollout.terminal.refusal import Refused
from tests.support.plans import everywhere

DAY = timedelta(days=1)
PASSED = ShownRun(Outcome.PASSED, id="p")
FAILED = failed("it is broken", "f")
WORLDPAY = failed("third party worldpay: no answer", "w")


@pytest.fixture
def sandbox(environments: Mapping[str, Environment]) -> Environment:
    return environments["sandbox"]


def show(environment: Environment, scenario: SmokeScenario, *runs: ShownRun) -> SmokeVerdict:
    """The verdict of a scenario whose runs show these, one after the other."""
    shown = iter(runs)

    def attempt(_: SmokeScenario) -> Attempt:
        return lambda: next(shown)

    return tried(environment, Side.EC2, [scenario], attempt)


def test_tries_a_third_party_s_scenario_until_it_passes(sandbox: Environment) -> None:
    verdict = show(sandbox, SCENARIOS["card-worldpay"], WORLDPAY, FAILED, PASSED)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.outcomes[0].runs == ("w", "f", "p")


def test_tries_every_side_that_there_is(sandbox: Environment) -> None:
    assert sides_to_try(sandbox, None) == [*Side]
    assert sides_to_try(everywhere(sandbox, Stage.LEGACY), None) == [Side.EC2]
    assert sides_to_try(sandbox, Side.EC2) == [Side.EC2]


@pytest.mark.parametrize(
    ("change", "gate", "reason"),
    [
        ({"smoke": None}, "smoke", "sandbox has no smoke tests: its file has no table [smoke]"),
        ({}, "side", "no service of sandbox has the side fargate"),
    ],
)
def test_refuses_what_has_no_smoke_tests(
    change: dict[str, None], gate: str, reason: str, sandbox: Environment
) -> None:
    unmoved = everywhere(sandbox, Stage.LEGACY)
    with pytest.raises(Refused) as refused:
        sides_to_try(unmoved.model_copy(update=change), Side.FARGATE)
    [finding] = refused.value.findings
    assert (finding.gate, finding.reason) == (gate, reason)


def test_tries_others_once(sandbox: Environment) -> None:
    assert show(sandbox, SCENARIOS["cancel"], FAILED, PASSED).outcome is Outcome.FAILED


def test_a_third_party_that_stays_down_is_not_known(sandbox: Environment) -> None:
    [outcome] = show(sandbox, SCENARIOS["card-worldpay"], *10 * [WORLDPAY]).outcomes
    assert (outcome.outcome, outcome.third_party) == (Outcome.NOT_KNOWN, "worldpay")
    assert outcome.reason.endswith("(10 attempts)")


def test_does_not_start_again_what_cannot_start(sandbox: Environment) -> None:
    [outcome] = show(sandbox, SCENARIOS["card-worldpay"], not_known("no canary")).outcomes
    assert outcome.outcome is Outcome.NOT_KNOWN


@pytest.mark.parametrize(
    ("ended", "is_"), [(timedelta(), Outcome.NOT_KNOWN), (DAY, Outcome.FAILED)]
)
def test_a_quarantine_ends_by_itself(sandbox: Environment, ended: timedelta, is_: Outcome) -> None:
    # Not when this file is read: a run of all tests may pass midnight.
    today = datetime.now(UTC).date()
    held = Quarantine(
        owner="payments on-call", because="down", since=today - 9 * DAY, until=today - ended
    )
    cancel = SCENARIOS["cancel"].model_copy(update={"quarantines": (held,)})
    assert show(sandbox, cancel, FAILED).outcome is is_


def test_a_scenario_that_the_side_does_not_have_is_not_known(sandbox: Environment) -> None:
    """`notifications` is at legacy in the sandbox."""
    verdict = tried(sandbox, Side.FARGATE, [SCENARIOS["notifications"]], lambda _: lambda: PASSED)
    assert verdict.outcome is Outcome.NOT_KNOWN
    assert "no canary of sandbox tries it on fargate" in verdict.outcomes[0].reason
