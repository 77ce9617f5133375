"""The answers of Route 53 for a name: the share of each record by weight and health.

Sources: Route 53 developer guide, "Weighted routing" (its two tables are this module's test). Also
"How Amazon Route 53 chooses records when health checking is configured"; Elastic Load Balancing
user guides, "Target group health".
"""

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from pay.model.stage.stage import Ladder, Record, Stage
from pay.model.vocabulary import Side

Key = TypeVar("Key", bound=Hashable)


class Weighted(NamedTuple):
    """A weighted record as Route 53 sees it at a query."""

    weight: int
    healthy: bool = True
    """A record without a health check always counts as healthy."""


class TargetHealth(NamedTuple):
    """The healthy targets of a target group, and how many DNS failover requires."""

    healthy: int
    minimum: int = 1
    """`target_group_health.dns_failover.minimum_healthy_targets.count`; AWS's default is 1."""

    @property
    def is_enough(self) -> bool:
        """Return whether Route 53 counts the target group as healthy. With cross-zone load
        balancing, which both types of load balancer have here, the count is over all zones.
        """
        return self.healthy >= self.minimum


def minimum_healthy(always_running: int) -> int:
    """Return how many healthy tasks keep a side in DNS: half of those that always run, rounded up.

    By AWS's default of 1, one healthy task of 15 keeps its weight and gets the requests of all. A
    share of the registered targets would not help, because ECS deregisters what is sick.
    """
    return -(-always_running // 2)


def answer_shares(records: Mapping[Key, Weighted]) -> dict[Key, Fraction]:
    """Return each record's probability of being the answer; they sum to 1 if there is a record.

    1. Of the records with a weight, the healthy ones share by weight.
    2. When none of those is healthy, the healthy records of weight 0 share equally.
    3. When nothing is healthy, everything counts as healthy, so rule 1 holds again.
    4. When every weight is 0, the healthy ones (or all) share equally: 0/0 is half and half, not
       nothing.
    """
    with_weight = {key: record for key, record in records.items() if record.weight > 0}
    chosen = _healthy(with_weight) or _healthy(records) or with_weight or dict(records)
    total = sum(record.weight for record in chosen.values())
    return dict.fromkeys(records, Fraction(0)) | {
        key: Fraction(record.weight, total) if total else Fraction(1, len(chosen))
        for key, record in chosen.items()
    }


def side_shares(
    records: Iterable[Record], targets: Mapping[Side, TargetHealth] = MappingProxyType({})
) -> dict[Side, Fraction]:
    """Return each side's share of a name's answers; a side that is not in `targets` is healthy.

    A simple record answers even when it is unhealthy.
    """
    records = tuple(records)
    sick = {side for side, health in targets.items() if not health.is_enough}
    if simple := [record for record in records if record.weight is None]:
        return {record.side: Fraction(1, len(simple)) for record in simple}
    return answer_shares({r.side: Weighted(r.weight or 0, r.side not in sick) for r in records})


def share_at(ladder: Ladder, stage: Stage, side: Side) -> Fraction:
    """Return the part of the answers that lead to a side at a stage, while all is healthy."""
    return side_shares(ladder.records(stage)).get(side, Fraction(0))


def _healthy(records: Mapping[Key, Weighted]) -> dict[Key, Weighted]:
    return {key: record for key, record in records.items() if record.healthy}
