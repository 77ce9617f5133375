"""An open finding on a side holds a promotion, and never a rollback."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest

from pay.model import Side
from pay.model.stage.transitions import rollbacks
from pay.model.watching.accounts import Road
from rollout.findings.answer_record import FindingVerdict, answer_to, append_answer
from rollout.findings.hold import watch_service
from rollout.findings.read import read
from rollout.moves.gates import Promotion, findings, next_move
from rollout.moves.standings import Standings
from rollout.moves.watched import OpenFinding, Watched
from rollout.terminal.refusal import Finding, Refused
from tests.rollout.findings.conftest import by
from tests.support.checkout import Checkout
from tests.support.found import NOW, Tools, cluster, runtime, vulnerability

HELD = Watched(
    findings=(OpenFinding("0123456789", "GuardDuty, high: a new binary", (Side.FARGATE,)),)
)
UNREAD = Watched(unread=("GuardDuty: not ours to see",))


@pytest.fixture
def standings(checkout: Checkout) -> Standings:
    """Return connector at canary for a day, in an account that is watched."""
    for environment in ("test-12", "production-2"):
        checkout.put(environment, "connector", "canary", ago=timedelta(days=1), now=NOW)
    read_ = checkout.standings(NOW)
    watched = {name: by(Road.DIRECT, each) for name, each in read_.environments.items()}
    return Standings(read_.folder, watched, read_.catalogue, read_.journals, NOW)


def gate(standings: Standings, watched: Watched, environment: str = "test-12", **more: Any) -> Any:
    edge = next_move(standings.environments[environment], "connector")
    asked = Promotion(standings, environment, "connector", edge, watched=watched, **more)
    return next((each for each in findings(asked) if each.gate == "findings"), None)


def test_an_open_finding_holds_with_its_reason_and_what_to_do(standings: Standings) -> None:
    held: Finding = gate(standings, HELD)
    assert held.refuses
    assert "0123456789 on fargate, GuardDuty, high: a new binary" in held.reason
    assert "pay findings close test-12 0123456789" in held.fix
    assert gate(standings, Watched()) is None


def test_what_nobody_knows_warns_and_needs_a_role_in_production(standings: Standings) -> None:
    assert not gate(standings, UNREAD).refuses
    assert gate(standings, UNREAD, "production-2").refuses
    assert not gate(standings, UNREAD, "production-2", approvers=("service owner",)).refuses


def test_a_rollback_passes(standings: Standings) -> None:
    target = standings.environments["test-12"]
    back = rollbacks(target.ladder, next_move(target, "connector").before)[0]
    assert findings(Promotion(standings, "test-12", "connector", back, watched=HELD)) == ()


@pytest.mark.parametrize(
    ("tools", "holds"),
    [
        ({"guardduty": [runtime()]}, True),
        ({"guardduty": [runtime(launch_type="EC2", cluster="test-12-ec2")]}, True),
        ({"guardduty": [runtime(severity=5)]}, False),
        ({"guardduty": [runtime(group="service:ledger")]}, False),
        ({"guardduty": [runtime(archived=True)]}, False),
        ({"inspector": [vulnerability()], "clusters": [cluster()]}, False),
        (
            {
                "inspector": [vulnerability(published=NOW - timedelta(days=40))],
                "clusters": [cluster()],
            },
            True,
        ),
    ],
    ids=["high", "high on ec2", "medium", "another service", "suppressed", "weak", "late"],
)
def test_what_happened_holds_and_a_vulnerability_when_it_is_late(
    standings: Standings, tools: dict[str, Any], holds: bool
) -> None:
    reach = lambda _: nullcontext(Tools(**tools))  # noqa: E731
    watched = watch_service(standings, "test-12", "connector", reach)
    assert bool(watched.findings) is holds
    assert watched.unread == ()


def test_one_that_is_answered_holds_no_longer(standings: Standings) -> None:
    tools = Tools(guardduty=[runtime()])
    target = standings.environments["test-12"]
    (found,) = read(target, (), tools, since=NOW, now=NOW).findings
    append_answer(
        standings.folder, "test-12", answer_to(found, NOW, verdict=FindingVerdict.FALSE, minutes=1)
    )
    watched = watch_service(standings, "test-12", "connector", lambda _: nullcontext(tools))
    assert watched == Watched()


def test_an_account_that_is_not_reached_is_not_known(standings: Standings) -> None:
    def reach(_: Any) -> Any:
        raise Refused("looking up", [Finding("credentials", "no credentials", "log in")])

    watched = watch_service(standings, "test-12", "connector", reach)
    assert watched == Watched(unread=("no credentials",))
