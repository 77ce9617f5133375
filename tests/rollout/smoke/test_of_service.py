"""A service that is broken beside the one that is tried holds it back no longer than itself."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from pay.model import Environment, Side
from rollout.smoke.of_service import LONGEST_REASON, of_service
from rollout.smoke.verdict import Outcome, ScenarioOutcome, verdict

AT = datetime(2026, 11, 26, tzinfo=UTC)
LEDGER = "ask every load balancer: ledger.sandbox.pymnt.internal: answered 503, not 200"
WEBHOOKS = f"{LEDGER}; webhooks-egress.sandbox.pymnt.internal: no connection"


@pytest.mark.parametrize(
    ("scenario", "reason", "service", "outcome"),
    [
        ("probe", LEDGER, "connector", Outcome.PASSED),
        ("probe", LEDGER, "ledger", Outcome.FAILED),
        ("probe", WEBHOOKS, "egress", Outcome.PASSED),
        ("probe", WEBHOOKS, "webhooks-egress", Outcome.FAILED),
        ("probe", "no load balancer of this side was found", "connector", Outcome.FAILED),
        ("probe", LEDGER.ljust(LONGEST_REASON, "."), "connector", Outcome.FAILED),
        ("cancel", LEDGER, "connector", Outcome.FAILED),
    ],
)
def test_only_what_is_said_of_the_service_counts(
    environments: Mapping[str, Environment],
    scenario: str,
    reason: str,
    service: str,
    outcome: Outcome,
) -> None:
    row = ScenarioOutcome(scenario=scenario, outcome=Outcome.FAILED, reason=reason, runs=("r",))
    shown = of_service(
        verdict("sandbox", Side.FARGATE, AT, [row]), environments["sandbox"], service
    )
    assert shown.outcome is outcome
    assert reason in shown.outcomes[0].reason
    assert shown.outcomes[0].runs == ("r",)


def test_what_is_not_known_stays_so(environments: Mapping[str, Environment]) -> None:
    row = ScenarioOutcome(scenario="probe", outcome=Outcome.NOT_KNOWN, reason=LEDGER)
    shown = verdict("sandbox", Side.FARGATE, AT, [row])
    assert of_service(shown, environments["sandbox"], "connector") == shown
