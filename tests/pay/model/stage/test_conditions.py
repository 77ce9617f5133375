"""What a person answers for before each move."""

from pay.model import Ladder, Stage
from pay.model.stage.conditions import measurements, needs_approver
from pay.model.stage.transitions import transitions

LADDER = Ladder()
FORWARD = [edge for edge in transitions(LADDER) if edge.is_forward]


def test_a_rollback_asks_for_nothing() -> None:
    back = [edge for edge in transitions(LADDER) if not edge.is_forward]
    assert back
    assert not any(measurements(edge) or needs_approver(edge) for edge in back)


def test_every_promotion_that_a_person_answers_for_rests_on_a_measurement() -> None:
    measured = [edge.before for edge in FORWARD if measurements(edge)]
    assert measured == [
        Stage.LEGACY,
        Stage.DARK,
        Stage.READY,
        Stage.CANARY,
        Stage.QUARTER,
        Stage.HALF,
        Stage.MOST,
        Stage.CUTOVER,
        Stage.SOAK,
        Stage.DETACHED,
    ]


def test_the_steps_that_are_hard_to_take_back_need_an_approver() -> None:
    approved = [edge.after for edge in FORWARD if needs_approver(edge)]
    assert approved == [Stage.DETACHED, Stage.RETIRED]
