"""What each move asks for."""

import pytest

from pay.model import Ladder, Stage
from pay.model.stage.conditions import GATES, Proof, asks_for, conditions
from pay.model.stage.transitions import edges, find_edge

LADDER = Ladder()


def proofs(before: str, after: str) -> set[Proof]:
    edge = find_edge(LADDER, Stage(before), Stage(after))
    assert edge is not None
    return {condition.proof for condition in conditions(edge)}


def test_every_stage_has_its_conditions() -> None:
    assert list(GATES) == list(Stage)


def test_a_rollback_asks_for_nothing() -> None:
    assert all(conditions(edge) == () for edge in edges(LADDER) if not edge.is_forward)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("legacy", "dark", {Proof.REMINDER, Proof.PLAN}),
        ("dark", "ready", {Proof.MEASUREMENT, Proof.PLAN}),
        ("ready", "canary", {Proof.TIME, Proof.MEASUREMENT}),
        ("most", "cutover", {Proof.TIME, Proof.MEASUREMENT}),
        ("cutover", "soak", {Proof.TIME, Proof.MEASUREMENT}),
        ("soak", "detached", {Proof.TIME, Proof.APPROVER}),
        ("detached", "retired", {Proof.TIME, Proof.MEASUREMENT, Proof.APPROVER}),
    ],
)
def test_a_promotion_asks_for_these_proofs(before: str, after: str, expected: set[Proof]) -> None:
    assert proofs(before, after) == expected


def test_every_promotion_along_the_weights_rests_on_a_measurement() -> None:
    for edge in edges(LADDER):
        if edge.is_forward and edge.after in LADDER.rungs:
            assert asks_for(edge, Proof.MEASUREMENT), edge


def test_a_condition_of_both_the_stage_left_and_the_stage_entered_is_asked_once() -> None:
    edge = find_edge(LADDER, Stage.CANARY, Stage.QUARTER)
    assert edge is not None
    assert len(conditions(edge)) == len(set(conditions(edge))) == 2
