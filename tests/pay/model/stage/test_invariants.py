"""The invariants over every ladder, every move and every write order."""

from collections.abc import Iterable, Iterator
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from pay.catalogue import CATALOGUE
from pay.model import Ladder, Record, Side, Stage
from pay.model.service.size import TaskCount
from pay.model.stage import invariants as must
from pay.model.stage.dns_answers import TargetHealth, minimum_healthy, side_shares
from pay.model.stage.transitions import Direction, Edge, rollbacks, transitions
from pay.model.stage.write_order import Records, states, written_sides
from tests.support.task_counts import task_counts

Order = tuple[Side, Side]
EC2_FIRST, FARGATE_FIRST = (Side.EC2, Side.FARGATE), (Side.FARGATE, Side.EC2)
"""The order of writes that `depends_on` makes Terraform keep, and the one it protects from."""

MIDDLE = ("canary", "quarter", "half", "most")


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Any ladder that an environment may declare."""
    kept = sorted(draw(st.sets(st.sampled_from(MIDDLE), min_size=1)), key=MIDDLE.index)
    size = len(kept)
    percents = sorted(draw(st.sets(st.integers(1, 99), min_size=size, max_size=size)))
    declared = dict(zip(kept, percents, strict=True))
    return Ladder.model_validate({name: declared.get(name) for name in MIDDLE})


def moves(ladder: Ladder, order: Order = EC2_FIRST) -> Iterator[tuple[Edge, list[Records]]]:
    """Every move of a ladder with the states that its name passes through."""
    for edge in transitions(ladder):
        yield edge, list(states(ladder.records(edge.before), ladder.records(edge.after), order))


def always_has_weight(records: Records) -> bool:
    """I1: the weights of a name never sum to 0, because Route 53 then answers with every record
    equally: half of the traffic would jump to the other side.
    """
    return any(record.weight is None or record.weight > 0 for record in records)


def has_one_policy(records: Records) -> bool:
    """I2: a name is either simple or weighted, one record a side, because Route 53 refuses a
    mixture and a repeated set identifier.
    """
    simple = [record for record in records if record.weight is None]
    sides = {record.side for record in records}
    return len(sides) == len(records) and (not simple or len(records) == 1)


def keeps_answering(before: Records, after: Records) -> bool:
    """I3: of the sides that answer, one keeps its record through the move, because a name without
    a record is cached as missing for 15 minutes (the zone's negative TTL).
    """
    kept = {record.side for record in before} & {record.side for record in after}
    return any(side_shares(before).get(side, 0) > 0 for side in kept)


def moves_one_rung_at_most(ladder: Ladder, edge: Edge, max_step: int) -> bool:
    """I4: forward is to the next stage and never more than `max_step` per cent at once, so that an
    error reaches few; back is to any lower weight.
    """
    rise = fargate_percent(ladder, edge.after) - fargate_percent(ladder, edge.before)
    if not edge.is_forward:
        return rise <= 0
    stages = ladder.stages
    return rise <= max_step and stages.index(edge.after) == stages.index(edge.before) + 1


def reachable_sides(records: Iterable[Record]) -> frozenset[Side]:
    """The sides that some state of health hands traffic to, whatever their weight."""
    records = tuple(records)
    sides: set[Side] = set()
    for healths in product((True, False), repeat=len(records)):
        targets = {
            record.side: TargetHealth(int(healthy))
            for record, healthy in zip(records, healths, strict=True)
        }
        sides |= {side for side, share in side_shares(records, targets).items() if share > 0}
    return frozenset(sides)


def standbys_can_take_all(stage: Stage, records: Records) -> bool:
    """I5: of two sides with a record each holds the full peak, because a record of weight 0 gets
    everything when the other side is unhealthy.
    """
    reachable = reachable_sides(records)
    return len(reachable) < 2 or all(must.holds_full_peak(stage, side) for side in reachable)


def records_go_before_capacity(ladder: Ladder, edge: Edge) -> bool:
    """I7: a side that this move destroys had no record before it, because clients still hold the
    answer of a record that was just deleted.
    """
    destroyed = {side for side in Side if edge.before.has(side) and not edge.after.has(side)}
    return destroyed.isdisjoint(record.side for record in ladder.records(edge.before))


def capacity_comes_before_records(ladder: Ladder, edge: Edge) -> bool:
    """I7: a side that gets a record in this move existed before it, because a record that leads
    nowhere answers with an empty load balancer.
    """
    before = {record.side for record in ladder.records(edge.before)}
    gained = {record.side for record in ladder.records(edge.after)} - before
    return all(edge.before.has(side) for side in gained)


def way_back_to_ec2(ladder: Ladder, stage: Stage) -> tuple[Edge, ...] | None:
    """I11: the rollbacks that give EC2 everything again, none for a stage where it has everything;
    None for `retired`, the one point of no return.
    """
    if side_shares(ladder.records(stage)).get(Side.EC2) == 1:
        return ()
    for edge in rollbacks(ladder, stage):
        rest = way_back_to_ec2(ladder, edge.after)
        if rest is not None:
            return (edge, *rest)
    return None


def deletes_no_record(ladder: Ladder, edge: Edge) -> bool:
    """I11: a rollback only updates and creates records; a deletion would have to be undone too."""
    after = {record.side for record in ladder.records(edge.after)}
    return all(record.side in after for record in ladder.records(edge.before))


def converges(crashed: Records, target: Records) -> bool:
    """I16: from the state that a crash left behind, a re-run reaches the target through states that
    Route 53 accepts and that answer, because an apply can end at any write.
    """
    path = states(crashed, target)
    return path[-1] == target and all(always_has_weight(s) and has_one_policy(s) for s in path)


def fargate_percent(ladder: Ladder, stage: Stage) -> int:
    """Fargate's share of a name's answers while all is healthy, in per cent."""
    return int(side_shares(ladder.records(stage)).get(Side.FARGATE, 0) * 100)


@given(ladders())
def test_i1_the_weights_never_sum_to_zero(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        assert all(always_has_weight(records) for records in passed), edge


@given(ladders())
def test_i1_without_the_order_exactly_the_rollbacks_from_all_to_nothing_would_pass_zero(
    ladder: Ladder,
) -> None:
    broken = {
        (edge.before, edge.after)
        for edge, passed in moves(ladder, FARGATE_FIRST)
        if not all(always_has_weight(records) for records in passed)
    }
    assert broken == {(Stage.CUTOVER, Stage.READY), (Stage.SOAK, Stage.READY)}


def test_i1_one_step_from_nothing_to_all_would_pass_zero_in_the_order_of_the_design() -> None:
    nothing, everything = Ladder().records(Stage.READY), Ladder().records(Stage.CUTOVER)
    between = states(nothing, everything)[1]
    assert not always_has_weight(between)
    assert side_shares(between)[Side.FARGATE] * 2 == 1


@given(ladders())
def test_i2_a_name_has_one_policy_and_one_record_a_side(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        assert all(has_one_policy(records) for records in passed), edge


@given(ladders())
def test_i2_without_the_order_exactly_the_first_weighting_would_be_refused(ladder: Ladder) -> None:
    broken = {
        (edge.before, edge.after)
        for edge, passed in moves(ladder, FARGATE_FIRST)
        if not all(has_one_policy(records) for records in passed)
    }
    assert broken == {(Stage.DARK, Stage.READY)}


@given(ladders())
def test_i3_a_name_never_stops_answering(ladder: Ladder) -> None:
    for order in (EC2_FIRST, FARGATE_FIRST):
        for edge, passed in moves(ladder, order):
            assert all(keeps_answering(a, b) for a, b in pairwise(passed)), edge


def test_i3_a_move_from_one_sole_record_to_another_would_be_a_gap() -> None:
    ec2, fargate = (Record(side=side, weight=100) for side in Side)
    assert not keeps_answering((ec2,), (fargate,))
    assert not keeps_answering(Ladder().records(Stage.READY), (fargate,))


@given(ladders(), st.integers(1, 100))
def test_i4_forward_is_one_stage_and_at_most_one_step(ladder: Ladder, max_step: int) -> None:
    kept = [moves_one_rung_at_most(ladder, edge, max_step) for edge in transitions(ladder)]
    assert all(kept) == (ladder.largest_step <= max_step)


@given(ladders())
def test_i4_a_name_never_answers_more_or_less_than_before_or_after_while_it_moves(
    ladder: Ladder,
) -> None:
    for edge, passed in moves(ladder):
        shares = [side_shares(records).get(Side.FARGATE, 0) for records in passed]
        low, high = sorted((shares[0], shares[-1]))
        assert all(low <= share <= high for share in shares), edge


def test_i5_a_record_of_weight_zero_is_a_standby_and_a_simple_one_has_none() -> None:
    assert reachable_sides(Ladder().records(Stage.READY)) == set(Side)
    assert reachable_sides(Ladder().records(Stage.DARK)) == {Side.EC2}


@given(ladders())
def test_i5_a_standby_can_take_all_traffic_before_during_and_after_a_move(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        # What a side gives up it gives up after the records, so until then it has what it had.
        for records in passed[:-1]:
            assert standbys_can_take_all(edge.before, records), edge
        assert standbys_can_take_all(edge.after, passed[-1]), edge


def test_i5_a_side_that_gives_up_its_peak_before_the_records_would_be_caught() -> None:
    early = {
        (edge.before, edge.after)
        for edge, passed in moves(Ladder())
        if not all(standbys_can_take_all(edge.after, records) for records in passed[:-1])
    }
    assert early == {(Stage.SOAK, Stage.DETACHED)}


def test_i5_dark_fargate_without_its_peak_capacity_would_be_caught() -> None:
    assert not standbys_can_take_all(Stage.DETACHED, Ladder().records(Stage.READY))
    assert not standbys_can_take_all(Stage.RETIRED, Ladder().records(Stage.SOAK))


def worst_health(edge: Edge, side: Side, tasks: TaskCount) -> TargetHealth:
    """The fewest tasks that run at either end of a move, and the most that DNS asks for."""
    needed = [
        tasks.peak if must.holds_full_peak(stage, side) else tasks.min
        for stage in (edge.before, edge.after)
    ]
    return TargetHealth(min(needed), minimum_healthy(max(needed)))


@given(ladders(), task_counts)
def test_i5_dns_gives_all_to_one_side_only_if_its_tasks_are_enough(
    ladder: Ladder, tasks: TaskCount
) -> None:
    for edge, passed in moves(ladder):
        targets = {side: worst_health(edge, side, tasks) for side in Side}
        for records in passed:
            shares = side_shares(records, targets)
            answering = {side for side, share in shares.items() if share}
            assert len(records) == 1 or all(targets[side].is_enough for side in answering), edge


@given(ladders())
def test_i7_records_go_before_capacity_and_capacity_comes_before_records(ladder: Ladder) -> None:
    for edge in transitions(ladder):
        assert records_go_before_capacity(ladder, edge), edge
        assert capacity_comes_before_records(ladder, edge), edge


def test_i7_skipping_detached_or_dark_would_be_caught() -> None:
    ladder = Ladder()
    skips_detached = Edge(Stage.SOAK, Stage.RETIRED, Direction.FORWARD)
    skips_dark = Edge(Stage.LEGACY, Stage.READY, Direction.FORWARD)
    assert not records_go_before_capacity(ladder, skips_detached)
    assert not capacity_comes_before_records(ladder, skips_dark)


@given(ladders())
def test_i11_all_but_retired_lead_back_to_ec2_and_no_record_is_deleted_on_the_way(
    ladder: Ladder,
) -> None:
    for stage in ladder.stages:
        way = way_back_to_ec2(ladder, stage)
        assert (way is None) == (stage is Stage.RETIRED)
        for edge in way or ():
            assert deletes_no_record(ladder, edge), edge


@given(ladders())
def test_i11_the_way_back_is_one_move_and_from_detached_two(ladder: Ladder) -> None:
    for stage in (*ladder.rungs, Stage.SOAK):
        assert len(way_back_to_ec2(ladder, stage) or ()) == (stage is not Stage.READY)
    assert len(way_back_to_ec2(ladder, Stage.DETACHED) or ()) == 2


@given(ladders())
def test_i14_a_gate_may_stand_before_every_forward_move_and_before_no_rollback(
    ladder: Ladder,
) -> None:
    for edge in transitions(ladder):
        assert must.may_be_gated(edge) == (edge.after.position > edge.before.position), edge


@given(ladders())
def test_i16_after_a_crash_at_any_write_a_rerun_converges(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        assert all(converges(crashed, passed[-1]) for crashed in passed), edge


@given(ladders())
def test_i16_a_promotion_along_the_weights_is_taken_back_from_any_write(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        if edge.is_forward and edge.before in ladder.rungs:
            assert all(converges(crashed, passed[0]) for crashed in passed), edge


def test_i16_taking_back_a_rollback_in_one_step_would_pass_zero() -> None:
    ladder = Ladder()
    rolled_back = ladder.records(Stage.READY)
    assert not converges(rolled_back, ladder.records(Stage.CUTOVER))


@given(ladders())
def test_i16_a_crash_in_one_move_converges_to_any_rollback_too(ladder: Ladder) -> None:
    for edge, passed in moves(ladder):
        for back in transitions(ladder):
            if back.before is edge.after and not back.is_forward:
                for crashed in passed:
                    assert converges(crashed, ladder.records(back.after)), (edge, back)


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
    for edge in transitions(ladder):
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
