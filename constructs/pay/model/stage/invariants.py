"""The rules that hold while a service moves, each with its number and its reason.

These are the rules that a person can break, so commands ask them. The rules of the model itself (I1
to I4, I7, I11, I16) are proved by the tests of this package. They cover every ladder, move and
write order. The guard shares the numbers and checks on a plan what is not known here (I8, I9, I10,
I17, I19). `pay.service.records` keeps I6. `has_evidence` stands for I13 until metrics are judged.
"""

from collections.abc import Mapping
from datetime import datetime

from pay.model.service.call_graph import Catalogue, neighbours
from pay.model.service.timing import Timing
from pay.model.stage.dwell import shortest_dwell
from pay.model.stage.stage import Stage
from pay.model.stage.transitions import Edge
from pay.model.vocabulary import Side


def holds_full_peak(stage: Stage, side: Side) -> bool:
    """Return whether a side keeps the capacity for the full peak (I5, I20). EC2 does as long as it
    exists, however idle. Fargate does as long as DNS could hand it everything from one minute to
    the next.
    """
    return stage.has_ec2 if side is Side.EC2 else stage.pins_fargate_at_peak


def has_dwelt(stage: Stage, timing: Timing, since: datetime, now: datetime) -> bool:
    """Return whether a service stayed at its stage until clients follow its weights (I12). Earlier
    measurements belong to the weights before.
    """
    return now - since >= shortest_dwell(stage, timing)


def has_evidence(evidence: str | None) -> bool:
    """Return whether a promotion that rests on a measurement says which (I13). No data is never a
    pass.
    """
    return bool(evidence and evidence.strip())


def may_be_gated(edge: Edge) -> bool:
    """Return whether gates stand before a move (I14). Backwards they do not, because in an incident
    the way back is open.
    """
    return edge.is_forward


def has_passed(
    stage: Stage, reached: Stage, timing: Timing, since: datetime | None, now: datetime
) -> bool:
    """Return whether the environment before, now at `reached`, is beyond `stage` or stayed there
    long enough (I15). A failure must show there before it reaches real payments.
    """
    if reached is not stage:
        return reached.position > stage.position
    if not shortest_dwell(stage, timing):
        return True
    return since is not None and has_dwelt(stage, timing, since, now)


def has_room(stages: Mapping[str, Stage], limit: int) -> bool:
    """Return whether no more services are in flight than people can watch (I18)."""
    return sum(stage.is_in_flight for stage in stages.values()) <= limit


def moving_neighbours(
    service: str, stages: Mapping[str, Stage], catalogue: Catalogue
) -> tuple[str, ...]:
    """Return the neighbours in flight (I18). Only one of two neighbours moves at a time. An error
    of a moving service also shows at its neighbours.
    """
    near = sorted(neighbours(catalogue, service) & stages.keys())
    return tuple(name for name in near if stages[name].is_in_flight)
