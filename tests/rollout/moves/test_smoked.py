"""A service leaves `dark` only when the smoke tests of its Fargate side say PASSED, or when people
answer for what no run shows.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.stage.transitions import find_edge
from rollout.moves.gates import Promotion, smoke_tests_pass
from rollout.moves.journal import move
from rollout.moves.smoked import NOT_SMOKED, Smoked, smoke_side
from rollout.moves.standings import Standings
from rollout.smoke.verdict import Outcome, ScenarioOutcome, verdict
from rollout.terminal.refusal import Finding, Refused
from tests.support.services import at_stage

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SERVICE = "ledger"
Ask = Callable[..., Finding | None]


def says(outcome: Outcome) -> Smoked:
    row = ScenarioOutcome(scenario="probe", outcome=outcome, reason="it answered 503")
    return Smoked(verdict("production-2", Side.FARGATE, NOW, [row]))


NO_ACCOUNT = Smoked(why_not="the shell has no credentials")


@pytest.fixture
def ask(environments: Mapping[str, Environment]) -> Ask:
    """What the gate says of a promotion from `dark`."""

    def run(smoked: Smoked, *, environment: str = "production-2", **more: Any) -> Finding | None:
        here = at_stage(environments[environment], SERVICE, Stage.DARK)
        edge = find_edge(here.ladder, Stage.DARK, Stage.READY)
        assert edge
        standings = Standings(None, {environment: here}, CATALOGUE, {}, NOW)  # type: ignore[arg-type]
        return smoke_tests_pass(
            Promotion(standings, environment, SERVICE, edge, smoked=smoked, **more)
        )

    return run


def test_passed_asks_for_nothing(ask: Ask) -> None:
    assert ask(says(Outcome.PASSED)) is None
    assert ask(NOT_SMOKED) is None


def test_no_evidence_answers_for_failed(ask: Ask) -> None:
    finding = ask(says(Outcome.FAILED), evidence="it works", approvers=("service-owner",))
    assert finding
    assert finding.refuses
    assert finding.reason == "the smoke tests of Fargate say FAILED: probe: it answered 503"


@pytest.mark.parametrize("smoked", [says(Outcome.NOT_KNOWN), NO_ACCOUNT])
def test_what_is_not_known_needs_evidence_and_in_production_a_role(
    ask: Ask, smoked: Smoked
) -> None:
    approved = {"evidence": "it works", "approvers": ("service-owner",)}
    for given, environment, refuses in (
        ({}, "production-2", True),
        ({"evidence": "it works"}, "production-2", True),
        (approved, "production-2", False),
        ({}, "test-12", True),
        ({"evidence": "it works"}, "test-12", False),
    ):
        finding = ask(smoked, environment=environment, **given)
        if smoked is NO_ACCOUNT and not given:
            assert finding is None  # another gate asks for evidence
            continue
        assert finding
        assert finding.refuses is refuses, (given, environment)


@pytest.mark.parametrize(
    ("environment", "before", "after"),
    [
        ("test-perf-1", Stage.DARK, Stage.READY),
        ("test-12", Stage.LEGACY, Stage.DARK),
        ("test-12", Stage.READY, Stage.CANARY),
        ("test-12", Stage.DARK, Stage.LEGACY),
    ],
)
def test_only_a_first_record_is_tried_where_there_are_smoke_tests(
    environments: Mapping[str, Environment], environment: str, before: Stage, after: Stage
) -> None:
    here = environments[environment]
    edge = find_edge(here.ladder, before, after)
    assert edge
    standings = Standings(None, dict(environments), CATALOGUE, {}, NOW)  # type: ignore[arg-type]

    def reach(_: Environment) -> Any:
        raise AssertionError("it asked AWS")

    assert smoke_side(standings, environment, SERVICE, edge, reach) is NOT_SMOKED


def test_without_an_account_it_says_why(environments: Mapping[str, Environment]) -> None:
    here = at_stage(environments["test-12"], SERVICE, Stage.DARK)
    edge = find_edge(here.ladder, Stage.DARK, Stage.READY)
    assert edge
    standings = Standings(None, {"test-12": here}, CATALOGUE, {}, NOW)  # type: ignore[arg-type]

    def reach(_: Environment) -> Any:
        raise Refused("looking", [Finding("credentials", "the shell has no credentials", "log in")])

    assert smoke_side(standings, "test-12", SERVICE, edge, reach) == NO_ACCOUNT


def test_the_journal_keeps_the_verdict(environments: Mapping[str, Environment]) -> None:
    here = environments["production-2"]
    edge = find_edge(here.ladder, Stage.DARK, Stage.READY)
    assert edge
    smoked = says(Outcome.PASSED).verdict
    entry = move(here.ladder, edge, at=NOW, by="me", smoked=smoked)
    assert type(entry).model_validate_json(entry.line()).smoked == smoked
