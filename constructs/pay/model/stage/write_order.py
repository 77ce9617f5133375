"""The states that a name passes through while Terraform writes its records one after the other.

Terraform changes one record per call. The Fargate record depends on the EC2 record, so EC2's is
written first. That order is part of the design; tests show what it protects from
(docs/decisions/0003).
"""

from collections.abc import Sequence

from pay.model.stage.stage import Record
from pay.model.vocabulary import Side

Records = tuple[Record, ...]


def written_sides(before: Records, after: Records) -> frozenset[Side]:
    """Return the sides whose record is created, changed or deleted."""
    was, becomes = _by_side(before), _by_side(after)
    return frozenset(side for side in Side if was.get(side) != becomes.get(side))


def states(
    before: Records, after: Records, order: Sequence[Side] = (Side.EC2, Side.FARGATE)
) -> tuple[Records, ...]:
    """Return every state of the name from `before` to `after`, both included. Each write is one
    change batch, so clients never see what lies between two states.
    """
    was, becomes = _by_side(before), _by_side(after)
    seen = [before]
    current = dict(was)
    for side in order:
        if was.get(side) == becomes.get(side):
            continue
        current.pop(side, None)
        if side in becomes:
            current[side] = becomes[side]
        seen.append(tuple(current[side] for side in Side if side in current))
    return tuple(seen)


def _by_side(records: Records) -> dict[Side, Record]:
    return {record.side: record for record in records}
