"""What dashboards show of a journal, and that no journal blocks a stack."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pay.environments.load import load_environments
from pay.model import Stage
from pay.model.judging.part import Part, Verdict
from pay.model.stack_kind import Input
from pay.model.stacks import MONITORING
from pay.model.stage.parts import PartName
from rollout.measure.judgement import Judgement
from rollout.moves.journal import append, journal_path, verdicts_path
from rollout.moves.stays import stays
from stacks.estate import planned_stacks
from tests.support.checkout import Checkout

NOW = datetime.now(UTC).replace(microsecond=0)
PLACE = ("test-12", "connector")

JUDGED = Judgement(
    environment=PLACE[0],
    service=PLACE[1],
    stage=Stage.CANARY,
    weights="95/5",
    since=NOW - timedelta(days=2),
    start=NOW - timedelta(days=1),
    end=NOW - timedelta(hours=9),
    parts={PartName.ERRORS: Part(verdict=Verdict.PASS, reason="0 of 6,660 on Fargate")},
    verdict=Verdict.PASS,
)


@pytest.fixture
def moved(checkout: Checkout) -> Checkout:
    checkout.put(*PLACE, "canary", now=NOW, ago=timedelta(days=2))
    checkout.put(*PLACE, "quarter", now=NOW, ago=timedelta(hours=8))
    return checkout


def shown(checkout: Checkout) -> tuple[str, list[str]]:
    """What is shown of the service, and the mistakes."""
    found, problems = stays(checkout.folder, load_environments(checkout.folder))
    return found[PLACE].came if PLACE in found else "", list(map(str, problems))


def rewrite(checkout: Checkout, **changes: object) -> None:
    """Change the last line of the journal."""
    path = journal_path(checkout.folder, *PLACE)
    *lines, last = path.read_text().splitlines()
    path.write_text("\n".join([*lines, json.dumps({**json.loads(last), **changes})]) + "\n")


def test_says_since_when_and_by_which_verdict(moved: Checkout) -> None:
    found, _ = stays(moved.folder, load_environments(moved.folder))
    assert found[PLACE].since == NOW - timedelta(hours=8)
    assert shown(moved)[0].endswith(": promoted from canary.")
    rewrite(moved, judged=json.loads(JUDGED.line()))
    assert "promoted from canary after PASS up to " in shown(moved)[0]
    assert "(errors: 0 of 6,660 on Fargate)." in shown(moved)[0]
    rewrite(moved, evidence="somebody looked")
    assert shown(moved)[0].endswith("), on the evidence in the journal.")


def test_a_rollback_is_named_and_a_stage_by_hand_is_not_shown(moved: Checkout) -> None:
    moved.put(*PLACE, "canary", now=NOW, ago=timedelta(minutes=5))
    assert ": rolled back from quarter" in shown(moved)[0]
    moved.put(*PLACE, "half", ago=None)
    assert shown(moved)[0] == ""


def test_a_verdict_without_a_move_changes_nothing(moved: Checkout) -> None:
    before = shown(moved)
    append(verdicts_path(moved.folder, *PLACE), JUDGED.line())
    assert shown(moved) == before


@pytest.mark.parametrize("line", ["{", "[" * 100_000, '{"at":"2026-01-01"}', "\x00"])
def test_a_line_that_is_no_move_is_named_and_blocks_nothing(moved: Checkout, line: str) -> None:
    append(journal_path(moved.folder, *PLACE), line + "\n")
    came, problems = shown(moved)
    assert came.endswith("promoted from canary.")
    assert problems
    assert all(f"journal/{PLACE[0]}/{PLACE[1]}.jsonl:" in problem for problem in problems)


def test_is_an_input_of_the_stack_that_watches_the_service_and_of_no_other(
    moved: Checkout,
) -> None:
    environments = load_environments(moved.folder)
    found, _ = stays(moved.folder, environments)
    without = {stack.id: stack.made_from for stack in planned_stacks(environments)}
    inputs = {Input.STAY: lambda stack, _: found.get((stack.owner, stack.service or ""))}
    with_it = {stack.id: stack.made_from for stack in planned_stacks(environments, inputs=inputs)}
    differ = {id for id in without if without[id] != with_it[id]}
    assert differ == {MONITORING.stack_id(*PLACE)}
