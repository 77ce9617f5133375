"""Where an account is watched, a service leaves `dark` only when GuardDuty's agent is in each task
of its Fargate side, or when people answer for what AWS does not let us see.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.stage.transitions import find_edge
from rollout.contracts.agent.coverage import AgentObstacle, Coverage
from rollout.moves.covered import NOT_WATCHED, Covered, cover_side
from rollout.moves.gates import Promotion, tasks_are_watched
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Finding, Refused
from tests.support.services import at_stage, unwatched, watched

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SERVICE = "ledger"
Ask = Callable[..., Finding | None]


def covers(tasks: int, with_agent: int, *obstacles: AgentObstacle, denied: str = "") -> Covered:
    return Covered(Coverage(SERVICE, Side.FARGATE, tasks, with_agent, obstacles, denied))


PULL = AgentObstacle("the agent could not start: CannotPullContainerError", "apply the side")
EVERY_TASK = covers(3, 3)
UNWATCHED = covers(3, 1, PULL)
BLOCKED = covers(3, 3, AgentObstacle("no VPC endpoint", "ask for one"))
NO_TASK = covers(0, 0)
DENIED = covers(0, 0, denied="not authorized to perform ecs:ListTasks")
NO_ACCOUNT = Covered(why_not="the shell has no credentials")


@pytest.fixture
def ask(environments: Mapping[str, Environment]) -> Ask:
    """What the gate says of a promotion from `dark`."""

    def run(covered: Covered, *, environment: str = "production-2", **more: Any) -> Finding | None:
        here = at_stage(environments[environment], SERVICE, Stage.DARK)
        edge = find_edge(here.ladder, Stage.DARK, Stage.READY)
        assert edge
        standings = Standings(None, {environment: here}, CATALOGUE, {}, NOW)  # type: ignore[arg-type]
        asked = Promotion(standings, environment, SERVICE, edge, covered=covered, **more)
        return tasks_are_watched(asked)

    return run


@pytest.mark.parametrize("covered", [EVERY_TASK, NOT_WATCHED])
def test_a_watched_side_and_an_account_that_nobody_watches_pass(ask: Ask, covered: Covered) -> None:
    assert ask(covered) is None


@pytest.mark.parametrize("covered", [UNWATCHED, BLOCKED, NO_TASK])
def test_no_evidence_answers_for_a_side_that_is_not_watched(ask: Ask, covered: Covered) -> None:
    finding = ask(covered, evidence="it is watched", approvers=("service-owner",))
    assert finding
    assert finding.refuses
    assert finding.fix


def test_the_cause_is_named(ask: Ask) -> None:
    finding = ask(UNWATCHED)
    assert finding
    assert finding.reason == (
        "GuardDuty does not watch it: 1 of 3 tasks of ledger on fargate have an agent; "
        "the agent could not start: CannotPullContainerError"
    )
    assert finding.fix == "apply the side"


@pytest.mark.parametrize("covered", [DENIED, NO_ACCOUNT])
def test_what_is_not_ours_to_see_is_never_called_off(ask: Ask, covered: Covered) -> None:
    finding = ask(covered)
    assert finding
    assert finding.refuses
    assert "is not ours to see" in finding.reason
    answered = {"evidence": "security sees 3 of 3"}
    in_production = ask(covered, **answered)
    assert in_production
    assert in_production.refuses
    agreed = ask(covered, **answered, approvers=("service-owner",))
    assert agreed
    assert not agreed.refuses
    elsewhere = ask(covered, environment="test-12", **answered)
    assert elsewhere
    assert not elsewhere.refuses


@contextmanager
def unreachable(_: Environment) -> Iterator[Callable[[str], Any]]:
    raise Refused("looking up", [Finding("credentials", "no credentials", "log in")])
    yield  # pragma: no cover


@contextmanager
def failing(_: Environment) -> Iterator[Callable[[str], Any]]:
    raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "ListTasks")
    yield  # pragma: no cover


def standings(environment: Environment) -> Standings:
    here = at_stage(environment, SERVICE, Stage.DARK)
    return Standings(None, {here.name: here}, CATALOGUE, {}, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reach", "why"), [(unreachable, "no credentials"), (failing, "ThrottlingException")]
)
def test_an_account_that_does_not_answer_is_no_proof(
    environments: Mapping[str, Environment], reach: Any, why: str
) -> None:
    here = watched(environments["test-12"])
    edge = find_edge(here.ladder, Stage.DARK, Stage.READY)
    assert edge
    covered = cover_side(standings(here), "test-12", SERVICE, edge, reach)
    assert covered.was_asked
    assert why in (covered.why_not or "")


def test_asks_only_before_the_first_record_of_an_account_that_is_watched(
    environments: Mapping[str, Environment],
) -> None:
    plain = unwatched(environments["test-12"])
    moves = [
        (plain, Stage.DARK, Stage.READY),
        (watched(plain), Stage.READY, Stage.CANARY),
        (watched(plain), Stage.DARK, Stage.LEGACY),
    ]
    for environment, before, after in moves:
        edge = find_edge(environment.ladder, before, after)
        assert edge
        covered = cover_side(standings(environment), "test-12", SERVICE, edge, unreachable)
        assert covered == NOT_WATCHED
