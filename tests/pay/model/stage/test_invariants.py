"""The invariants over every ladder, every move and every write order."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.model import Ladder, Record, Side, Stage
from pay.model.stage import invariants as must
from pay.model.stage.dns_answers import side_shares
from pay.model.stage.transitions import Edge, edges
from pay.model.stage.write_order import Order, Records, states, written_sides

MIDDLE = ("canary", "quarter", "half", "most")


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Any ladder that an environment may declare."""
    kept = sorted(draw(st.sets(st.sampled_from(MIDDLE), min_size=1)), key=MIDDLE.index)
    size = len(kept)
    percents = sorted(draw(st.sets(st.integers(1, 99), min_size=size, max_size=size)))
    declared = dict(zip(kept, percents, strict=True))
    return Ladder.model_validate({name: declared.get(name) for name in MIDDLE})


def moves(ladder: Ladder, order: Order = Order.EC2_FIRST) -> Iterator[tuple[Edge, list[Records]]]:
    """Every move of a ladder with the states that its name passes through."""
    for edge in edges(ladder):
        yield edge, list(states(ladder.records(edge.before), ladder.records(edge.after), order))


@given(ladders())
def test_i1_the_weights_never_sum_to_zero(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        assert all(must.always_has_weight(records) for records in passed), edge


@given(ladders())
def test_i1_without_the_order_exactly_the_rollbacks_from_all_to_nothing_would_pass_zero(
    ladder: Ladder,
) -> None:
    broken = {
        (edge.before, edge.after)
        for edge, passed in moves(ladder, Order.FARGATE_FIRST)
        if not all(must.always_has_weight(records) for records in passed)
    }
    assert broken == {(Stage.CUTOVER, Stage.READY), (Stage.SOAK, Stage.READY)}


def test_i1_one_step_from_nothing_to_all_would_pass_zero_in_the_order_of_the_design() -> None:
    nothing, everything = Ladder().records(Stage.READY), Ladder().records(Stage.CUTOVER)
    between = states(nothing, everything)[1]
    assert not must.always_has_weight(between)
    assert side_shares(between)[Side.FARGATE] * 2 == 1


@given(ladders())
def test_i2_a_name_has_one_policy_and_one_record_a_side(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        assert all(must.has_one_policy(records) for records in passed), edge


@given(ladders())
def test_i2_without_the_order_exactly_the_first_weighting_would_be_refused(ladder: Ladder) -> None:
    broken = {
        (edge.before, edge.after)
        for edge, passed in moves(ladder, Order.FARGATE_FIRST)
        if not all(must.has_one_policy(records) for records in passed)
    }
    assert broken == {(Stage.DARK, Stage.READY)}


@given(ladders())
def test_i3_a_name_never_stops_answering(ladder: Ladder) -> None:
    for order in Order:
        for edge, passed in moves(ladder, order):
            assert all(must.keeps_answering(a, b) for a, b in pairwise(passed)), edge


def test_i3_a_move_from_one_sole_record_to_another_would_be_a_gap() -> None:
    ec2, fargate = (Record(side=side, weight=100) for side in Side)
    assert not must.keeps_answering((ec2,), (fargate,))
    assert not must.keeps_answering(Ladder().records(Stage.READY), (fargate,))


@given(ladders(), st.integers(1, 100))
def test_i4_forward_is_one_stage_and_at_most_one_step(ladder: Ladder, max_step: int) -> None:
    kept = [must.moves_one_rung_at_most(ladder, edge, max_step) for edge in edges(ladder)]
    assert all(kept) == (ladder.largest_step <= max_step)


@given(ladders())
def test_i4_a_name_never_answers_more_or_less_than_before_or_after_while_it_moves(
    ladder: Ladder,
) -> None:
    for edge, passed in moves(ladder):
        shares = [side_shares(records).get(Side.FARGATE, 0) for records in passed]
        low, high = sorted((shares[0], shares[-1]))
        assert all(low <= share <= high for share in shares), edge


@given(ladders())
def test_i5_a_standby_can_take_all_traffic_before_during_and_after_a_move(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        # What a side gives up it gives up after the records, so until then it has what it had.
        for records in passed[:-1]:
            assert must.standbys_can_take_all(edge.before, records), edge
        assert must.standbys_can_take_all(edge.after, passed[-1]), edge


def test_i5_a_side_that_gives_up_its_peak_before_the_records_would_be_caught() -> None:
    early = {
        (edge.before, edge.after)
        for edge, passed in moves(Ladder())
        if not all(must.standbys_can_take_all(edge.after, records) for records in passed[:-1])
    }
    assert early == {(Stage.SOAK, Stage.DETACHED)}


def test_i5_dark_fargate_without_its_peak_capacity_would_be_caught() -> None:
    assert not must.standbys_can_take_all(Stage.DETACHED, Ladder().records(Stage.READY))
    assert not must.standbys_can_take_all(Stage.RETIRED, Ladder().records(Stage.SOAK))


@given(ladders())
def test_i7_records_go_before_capacity_and_capacity_comes_before_records(ladder: Ladder) -> None:
    for edge in edges(ladder):
        assert must.records_go_before_capacity(ladder, edge), edge
        assert must.capacity_comes_before_records(ladder, edge), edge


def test_i7_skipping_detached_or_dark_would_be_caught() -> None:
    ladder = Ladder()
    skips_detached = Edge.model_validate(
        {"before": "soak", "after": "retired", "direction": "forward"}
    )
    skips_dark = Edge.model_validate({"before": "legacy", "after": "ready", "direction": "forward"})
    assert not must.records_go_before_capacity(ladder, skips_detached)
    assert not must.capacity_comes_before_records(ladder, skips_dark)


@given(ladders())
def test_i11_all_but_retired_lead_back_to_ec2_and_no_record_is_deleted_on_the_way(
    ladder: Ladder,
) -> None:
    for stage in ladder.stages:
        way = must.way_back_to_ec2(ladder, stage)
        assert (way is None) == (stage is Stage.RETIRED)
        for edge in way or ():
            assert must.deletes_no_record(ladder, edge), edge


@given(ladders())
def test_i11_the_way_back_is_one_move_and_from_detached_two(ladder: Ladder) -> None:
    for stage in (*ladder.rungs, Stage.SOAK):
        assert len(must.way_back_to_ec2(ladder, stage) or ()) == (stage is not Stage.READY)
    assert len(must.way_back_to_ec2(ladder, Stage.DETACHED) or ()) == 2


@given(ladders())
def test_i14_a_gate_may_stand_before_every_forward_move_and_before_no_rollback(
    ladder: Ladder,
) -> None:
    for edge in edges(ladder):
        assert must.may_be_gated(edge) == (edge.after.position > edge.before.position), edge


@given(ladders())
def test_i16_after_a_crash_at_any_write_a_rerun_converges(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        assert all(must.converges(crashed, passed[-1]) for crashed in passed), edge


@given(ladders())
def test_i16_a_promotion_along_the_weights_is_taken_back_from_any_write(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        if edge.is_forward and edge.before in ladder.rungs:
            assert all(must.converges(crashed, passed[0]) for crashed in passed), edge


def test_i16_taking_back_a_rollback_in_one_step_would_pass_zero() -> None:
    ladder = Ladder()
    rolled_back = ladder.records(Stage.READY)
    assert not must.converges(rolled_back, ladder.records(Stage.CUTOVER))


@given(ladders())
def test_i16_a_crash_in_one_move_converges_to_any_rollback_too(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        for back in edges(ladder):
            if back.before is edge.after and not back.is_forward:
                for crashed in passed:
                    assert must.converges(crashed, ladder.records(back.after)), (edge, back)


@given(ladders())
def test_i16_a_stage_that_has_not_moved_has_nothing_to_write(ladder: Ladder) -> None:
    for stage in ladder.stages:
        assert not written_sides(ladder.records(stage), ladder.records(stage))


@given(ladders())
def test_i20_idle_ec2_keeps_its_capacity_until_it_is_destroyed(ladder: Ladder) -> None:
    for stage in ladder.stages:
        assert must.holds_full_peak(stage, Side.EC2) == (stage is not Stage.RETIRED)
        pinned = Stage.DARK.position <= stage.position <= Stage.SOAK.position
        assert must.holds_full_peak(stage, Side.FARGATE) == pinned


@given(ladders())
def test_a_move_of_weights_is_two_updates_of_one_weight_each(ladder: Ladder) -> None:
    for edge in edges(ladder):
        before, after = ladder.records(edge.before), ladder.records(edge.after)
        if {edge.before, edge.after} <= set(ladder.rungs):
            assert written_sides(before, after) == set(Side)
            assert {r.side for r in before} == {r.side for r in after}


@given(st.text())
def test_i13_evidence_is_something_that_can_be_read(text: str) -> None:
    assert must.has_evidence(text) == any(not character.isspace() for character in text)
    assert not must.has_evidence(None)


stages_of_all = st.fixed_dictionaries({name: st.sampled_from(Stage) for name in CATALOGUE})


@given(stages_of_all, st.sampled_from(sorted(CATALOGUE)), st.integers(0, len(CATALOGUE)))
def test_i18_a_service_that_lands_makes_room_and_one_that_takes_off_needs_it(
    stages: dict[str, Stage], service: str, limit: int
) -> None:
    landed, flying = {**stages, service: Stage.RETIRED}, {**stages, service: Stage.CANARY}
    assert must.has_room(landed, limit) >= must.has_room(stages, limit)
    assert must.has_room(stages, limit) >= must.has_room(flying, limit)
    assert must.has_room(stages, limit) == (len(_in_flight(stages)) <= limit)


@given(stages_of_all)
def test_i18_of_two_neighbours_in_flight_each_sees_the_other(stages: dict[str, Stage]) -> None:
    seen = {name: must.moving_neighbours(name, stages, CATALOGUE) for name in stages}
    for name, others in seen.items():
        assert set(others) <= _in_flight(stages) - {name}
        calls = set(CATALOGUE[name].called)
        assert calls & _in_flight(stages) <= {*others, name}
        if name in _in_flight(stages):
            assert all(name in seen[other] for other in others)


def _in_flight(stages: dict[str, Stage]) -> set[str]:
    first, last = Stage.DARK.position, Stage.SOAK.position
    return {name for name, stage in stages.items() if first <= stage.position <= last}
