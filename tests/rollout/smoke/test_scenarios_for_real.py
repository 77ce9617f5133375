"""The scripts run in Node and Chromium, as `pay smoke --local` runs them: every scenario passes on
both sides, and finds what is broken in its way.
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from importlib import import_module

import pytest

from pay.catalogue.scenarios import PROBE, SCENARIOS
from pay.model import Environment, Side
from pay.model.smoke import ThirdParty
from rollout.smoke.local import smoke_locally
from rollout.smoke.verdict import Outcome
from sandbox.shop.faults import Fault
from tests.support.checkout import Checkout, PayJson
from tests.support.smoke import LocalAccount, local_account

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def account(environments: Mapping[str, Environment]) -> Iterator[LocalAccount]:
    with local_account(environments["sandbox"]) as account:
        yield account


@pytest.mark.parametrize("side", Side)
def test_every_scenario_passes_on_a_healthy_side(account: LocalAccount, side: Side) -> None:
    verdict = account.smoke(side)
    assert [(each.scenario, each.reason) for each in verdict.outcomes if each.reason] == []
    assert {each.scenario for each in verdict.outcomes} == SCENARIOS.keys()
    assert verdict.outcome is Outcome.PASSED


BROKEN = {
    "card-sandbox": (Fault.WEBHOOK_LOST, "no webhook about payment"),
    "card-stripe": (Fault.CARD_FIELD_MISSING, "#card-no"),
    "card-stripe-3ds": (Fault.FRAME_MISSING, ".iframe-3ds"),
    "card-worldpay": (Fault.PAYMENT_STUCK, "is submitted, not success"),
    "card-worldpay-3ds": (Fault.CONFIRM_MISSING, "#confirm"),
    "card-worldpay-exempt": (Fault.EXEMPTION_LOST, "#confirm"),
    "recurring-sandbox": (Fault.AGREEMENT_STUCK, "is created, not active"),
    "recurring-stripe": (Fault.RECURRING_DECLINED, "is failed (P0010), not success"),
    "recurring-worldpay": (Fault.TYPE_LOST, "payment type is undefined, not recurring"),
    "cancel": (Fault.CANCEL_IGNORED, "is created, not cancelled"),
    "payment-link": (Fault.AMOUNT_FIELD_MISSING, "#payment-amount"),
    "notifications": (Fault.NOTIFICATION_REFUSED, "answered 403, not 200"),
}


def test_each_scenario_is_broken_once() -> None:
    assert BROKEN.keys() == SCENARIOS.keys() - {PROBE.name}


@pytest.mark.parametrize("scenario", BROKEN)
def test_finds_what_is_broken_on_the_side_that_is_tried(
    account: LocalAccount, scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault, reason = BROKEN[scenario]
    monkeypatch.setenv("PATIENCE_SECONDS", "6")
    outcome = account.broken(Side.FARGATE, scenario, [fault])
    assert reason in outcome.reason
    assert outcome.outcome is Outcome.FAILED


def test_what_is_broken_on_the_other_side_is_not_met(
    account: LocalAccount, pay_json: PayJson, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS leads to EC2; the names of what the scenario opens lead to Fargate all the same."""
    for service in account.environment.services:
        checkout.put("sandbox", service, "half")
    command = import_module("rollout.cli.smoke")
    monkeypatch.setattr(command, "asking_awake", lambda *_: nullcontext(account.client))
    here = partial(smoke_locally, network=account.network)
    monkeypatch.setattr(command, "smoke_locally", here)
    account.shop.faults[Side.EC2] = frozenset(Fault)
    chosen = ("card-sandbox", "cancel", "notifications")
    scenarios = [word for name in chosen for word in ("--scenario", name)]
    try:
        code, verdicts = pay_json("smoke", "sandbox", "--side", "fargate", *scenarios, "--local")
    finally:
        account.shop.faults[Side.EC2] = frozenset()
    outcomes = {each["scenario"]: each["outcome"] for each in verdicts[0]["outcomes"]}
    assert outcomes == dict.fromkeys(chosen, Outcome.PASSED.value), verdicts
    assert code == 0


@pytest.mark.parametrize(
    ("scenario", "fault", "who"),
    [
        ("card-stripe-3ds", Fault.STRIPE_DOWN, ThirdParty.STRIPE),
        ("card-worldpay-3ds", Fault.WORLDPAY_DOWN, ThirdParty.WORLDPAY),
        ("recurring-worldpay", Fault.WORLDPAY_DOWN, ThirdParty.WORLDPAY),
    ],
)
def test_tells_the_failure_of_a_third_party_apart(
    account: LocalAccount,
    scenario: str,
    fault: Fault,
    who: ThirdParty,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATIENCE_SECONDS", "6")
    outcome = account.broken(Side.FARGATE, scenario, [fault])
    assert (outcome.outcome, outcome.third_party) == (Outcome.NOT_KNOWN, who), outcome.reason


def test_the_probe_names_each_service_that_is_down(account: LocalAccount) -> None:
    account.shop.down[Side.FARGATE] = frozenset({"connector", "ledger"})
    try:
        [probe] = account.smoke(Side.FARGATE, PROBE.name).outcomes
    finally:
        account.shop.down[Side.FARGATE] = frozenset()
    assert probe.outcome is Outcome.FAILED
    assert "connector.sandbox.pymnt.internal: answered 503" in probe.reason
    assert "ledger.sandbox.pymnt.internal: answered 503" in probe.reason
    assert "publicapi" not in probe.reason
