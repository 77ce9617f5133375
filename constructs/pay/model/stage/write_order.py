"""The states that a name passes through while Terraform writes its records one after the other.

Terraform changes one record per call. The Fargate record depends on the EC2 record, so EC2's is
written first; that order is part of the design, and `Order.FARGATE_FIRST` is here to show what it
protects from (docs/decisions).
"""

from enum import StrEnum

from pay.model.stage.stage import Record
from pay.model.vocabulary import Side

Records = tuple[Record, ...]


class Order(StrEnum):
    """Which record is written first when both change."""

    EC2_FIRST = "ec2_first"
    """The order that Terraform is made to use, by `depends_on` of the Fargate record."""
    FARGATE_FIRST = "fargate_first"
    """What could happen without it."""


_SIDES = {
    Order.EC2_FIRST: (Side.EC2, Side.FARGATE),
    Order.FARGATE_FIRST: (Side.FARGATE, Side.EC2),
}


def written_sides(before: Records, after: Records) -> frozenset[Side]:
    """The sides whose record is created, changed or deleted."""
    was, becomes = _by_side(before), _by_side(after)
    return frozenset(side for side in Side if was.get(side) != becomes.get(side))


def states(before: Records, after: Records, order: Order = Order.EC2_FIRST) -> tuple[Records, ...]:
    """Every state of the name from `before` to `after`, both included: one more than there are
    writes. Each write is one change batch, so what lies between two states is never seen.
    """
    was, becomes = _by_side(before), _by_side(after)
    seen = [before]
    current = dict(was)
    for side in _SIDES[order]:
        if was.get(side) == becomes.get(side):
            continue
        current.pop(side, None)
        if side in becomes:
            current[side] = becomes[side]
        seen.append(tuple(current[side] for side in Side if side in current))
    return tuple(seen)


def _by_side(records: Records) -> dict[Side, Record]:
    return {record.side: record for record in records}
