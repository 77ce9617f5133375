"""A verdict has three values, and what did not run has not passed."""

from datetime import UTC, datetime

import pytest

from pay.model import Side
from rollout.smoke.verdict import Outcome, ScenarioOutcome, SmokeExitCode, SmokeVerdict, verdict

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PASSED, FAILED, NOT_KNOWN = Outcome


def of(*outcomes: Outcome, quarantined: Outcome | None = None) -> SmokeVerdict:
    rows = [ScenarioOutcome(scenario=f"s-{n}", outcome=each) for n, each in enumerate(outcomes)]
    if quarantined:
        owner = "role until 2026-12-01"
        rows.append(ScenarioOutcome(scenario="q", outcome=quarantined, quarantine=owner))
    return verdict("sandbox", Side.FARGATE, NOW, rows)


@pytest.mark.parametrize(
    ("outcomes", "quarantined", "is_"),
    [
        ((PASSED, PASSED), None, PASSED),
        ((PASSED, NOT_KNOWN), None, NOT_KNOWN),
        ((PASSED, NOT_KNOWN, FAILED), None, FAILED),
        ((), None, NOT_KNOWN),
        ((), PASSED, NOT_KNOWN),
        ((PASSED,), FAILED, PASSED),
        ((FAILED,), PASSED, FAILED),
    ],
)
def test_a_verdict_of_outcomes(
    outcomes: tuple[Outcome, ...], quarantined: Outcome | None, is_: Outcome
) -> None:
    shown = of(*outcomes, quarantined=quarantined)
    assert shown.outcome is is_
    assert shown.exit_code is SmokeExitCode[is_.name]
    assert SmokeVerdict.model_validate_json(shown.model_dump_json()) == shown


def test_exit_codes_are_those_of_the_judge() -> None:
    assert [code.value for code in SmokeExitCode] == [0, 1, 3]
