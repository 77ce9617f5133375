"""What always holds while a service moves, each rule with its number and its reason.

Pure functions: tests hold them against every ladder, every move and every write order, and the
commands use the ones that a person can break. The numbers are shared with the plan guard, which
checks on a plan what cannot be known here (I8, I9, I10, I17, I19); I6, that both records evaluate
their target's health, is kept in `pay.service.records`; I13, no verdict without data, belongs to
who measures: until then `has_evidence` stands for it.
"""

from collections.abc import Mapping
from datetime import datetime

from pay.model.service.call_graph import Catalogue, neighbours
from pay.model.service.timing import Timing
from pay.model.stage.dns_answers import reachable_sides, side_shares
from pay.model.stage.dwell import shortest_dwell
from pay.model.stage.stage import Ladder, Stage
from pay.model.stage.transitions import Edge, rollbacks
from pay.model.stage.write_order import Records, states
from pay.model.vocabulary import Side


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


def holds_full_peak(stage: Stage, side: Side) -> bool:
    """I5, I20: whether that side keeps the capacity for the full peak at this stage: EC2 as long as
    it exists, however idle; Fargate as long as DNS could hand it everything from one minute to the
    next.
    """
    return stage.has_ec2 if side is Side.EC2 else stage.pins_fargate_at_peak


def standbys_can_take_all(stage: Stage, records: Records) -> bool:
    """I5: of two sides with a record each holds the full peak, because a record of weight 0 gets
    everything when the other side is unhealthy.
    """
    reachable = reachable_sides(records)
    return len(reachable) < 2 or all(holds_full_peak(stage, side) for side in reachable)


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


def has_dwelt(stage: Stage, timing: Timing, since: datetime, now: datetime) -> bool:
    """I12: a service stays at a stage until clients have followed its weights, because what is
    measured before belongs to the weights before.
    """
    return now - since >= shortest_dwell(stage, timing)


def has_evidence(evidence: str | None) -> bool:
    """I13: no data is never a pass: a promotion that rests on a measurement says which."""
    return bool(evidence and evidence.strip())


def may_be_gated(edge: Edge) -> bool:
    """I14: gates stand before forward moves only, because in an incident the way back is open."""
    return edge.is_forward


def has_passed(
    stage: Stage, reached: Stage, timing: Timing, since: datetime | None, now: datetime
) -> bool:
    """I15: the environment before, now at `reached`, has passed `stage`: it is beyond it, or has
    stayed there long enough. What fails there must not reach real payments first.
    """
    if reached is not stage:
        return reached.position > stage.position
    if not shortest_dwell(stage, timing):
        return True
    return since is not None and has_dwelt(stage, timing, since, now)


def converges(crashed: Records, target: Records) -> bool:
    """I16: from the state that a crash left behind, a re-run reaches the target through states that
    Route 53 accepts and that answer, because an apply can end at any write.
    """
    path = states(crashed, target)
    return path[-1] == target and all(always_has_weight(s) and has_one_policy(s) for s in path)


def has_room(stages: Mapping[str, Stage], limit: int) -> bool:
    """I18: no more services are in flight than people can watch."""
    return sum(stage.is_in_flight for stage in stages.values()) <= limit


def moving_neighbours(
    service: str, stages: Mapping[str, Stage], catalogue: Catalogue
) -> tuple[str, ...]:
    """I18: the neighbours in the call graph that are in flight; an error of a moving service is
    seen at its neighbours, so of two neighbours only one moves at a time.
    """
    return tuple(
        name
        for name in sorted(neighbours(catalogue, service))
        if name in stages and stages[name].is_in_flight
    )


def fargate_percent(ladder: Ladder, stage: Stage) -> int:
    """Fargate's share of a name's answers while all is healthy, in per cent."""
    return int(side_shares(ladder.records(stage)).get(Side.FARGATE, 0) * 100)
