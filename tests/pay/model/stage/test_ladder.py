"""The ladder: which weights an environment may declare, and which moves follow."""

import pytest
from pydantic import ValidationError

from pay.model import Ladder, Stage
from pay.model.stage.transitions import Direction, find_edge, promotion, rollbacks, transitions

LADDER = Ladder()


def test_the_weights_are_those_of_the_plan() -> None:
    weights = {s: tuple(r.weight for r in LADDER.records(s)) for s in LADDER.stages}
    assert weights == {
        Stage.LEGACY: (None,),
        Stage.DARK: (None,),
        Stage.READY: (100, 0),
        Stage.CANARY: (95, 5),
        Stage.QUARTER: (75, 25),
        Stage.HALF: (50, 50),
        Stage.MOST: (25, 75),
        Stage.CUTOVER: (0, 100),
        Stage.SOAK: (0, 100),
        Stage.DETACHED: (100,),
        Stage.RETIRED: (100,),
    }


def test_stages_are_compared_by_their_place_and_not_by_their_letters() -> None:
    assert [stage.position for stage in Stage] == list(range(11))
    assert Stage.DARK.position < Stage.CANARY.position
    assert Stage.DARK > Stage.CANARY


def test_forward_is_one_stage_at_a_time_to_the_end() -> None:
    stage, walk = Stage.LEGACY, [Stage.LEGACY]
    while (edge := promotion(LADDER, stage)) is not None:
        assert edge.direction is Direction.FORWARD
        stage = edge.after
        walk.append(stage)
    assert walk == list(Stage)


def test_forward_goes_over_a_stage_that_the_ladder_leaves_out() -> None:
    ladder = Ladder(canary=None, half=None)
    edge = promotion(ladder, Stage.READY)
    assert edge is not None
    assert edge.after is Stage.QUARTER
    assert find_edge(ladder, Stage.READY, Stage.CANARY) is None


@pytest.mark.parametrize(
    ("stage", "targets"),
    [
        ("legacy", []),
        ("dark", ["legacy"]),
        ("ready", []),
        ("canary", ["ready"]),
        ("half", ["ready", "canary", "quarter"]),
        ("cutover", ["ready", "canary", "quarter", "half", "most"]),
        ("soak", ["ready", "canary", "quarter", "half", "most", "cutover"]),
        ("detached", ["cutover"]),
        ("retired", []),
    ],
)
def test_a_rollback_leads_to_these_stages(stage: str, targets: list[str]) -> None:
    assert [edge.after for edge in rollbacks(LADDER, Stage(stage))] == targets


def test_the_moves_are_ten_forward_and_twenty_three_back() -> None:
    found = transitions(LADDER)
    assert sum(edge.is_forward for edge in found) == 10
    assert sum(not edge.is_forward for edge in found) == 1 + (1 + 2 + 3 + 4 + 5 + 6) + 1
    assert len({(edge.before, edge.after) for edge in found}) == len(found)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"ready": 1}, "ready: found 1; allowed: 0, where a ladder starts"),
        ({"cutover": 99}, "cutover: found 99; allowed: 100, where a ladder ends"),
        ({"half": 25}, "half: found 25; allowed: more than quarter, which is 25"),
        ({"most": 40}, "most: found 40; allowed: more than half, which is 50"),
        ({"most": 100}, "cutover: found 100; allowed: more than most, which is 100"),
        ({"canary": 0}, "canary: found 0; allowed: more than ready, which is 0"),
        ({"canary": 101}, "less than or equal to 100"),
        ({"canary": -1}, "greater than or equal to 0"),
        ({"third": 33}, "Extra inputs are not permitted"),
    ],
)
def test_refuses_a_ladder_that_does_not_rise_from_0_to_100(
    declared: dict[str, int], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        Ladder.model_validate(declared)


def test_refuses_a_ladder_without_a_stage_between_ready_and_cutover() -> None:
    with pytest.raises(ValidationError, match="would pass through 0/0"):
        Ladder(canary=None, quarter=None, half=None, most=None)


def test_names_every_mistake_of_a_ladder_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        Ladder(ready=3, half=20, cutover=90)
    text = str(caught.value)
    assert all(part in text for part in ("ready: found 3", "half: found 20", "cutover: found 90"))
