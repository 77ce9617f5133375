"""One state of the sandbox: records, load balancers, their tasks, and Route 53's answers."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from pay.model.stage.dns_answers import TargetHealth, Weighted, answer_shares


@dataclass(frozen=True)
class AliasRecord:
    """A record that points to a load balancer."""

    name: str
    set_identifier: str | None
    weight: int | None
    """None for a simple record."""
    target: str
    """The DNS name of the load balancer."""
    evaluates_health: bool


@dataclass(frozen=True)
class Balancer:
    """A load balancer that exists."""

    arn: str
    name: str
    dns_name: str
    listens: bool
    target_groups: tuple[str, ...]
    """The ARN of each of its target groups."""
    targets: tuple[TargetHealth, ...]
    """The targets of each of its target groups."""
    client_keep_alive_seconds: int
    """AWS's seconds from the start of a connection until the load balancer closes it."""

    @property
    def is_healthy(self) -> bool:
        """Return whether Route 53 considers it healthy. Every target group then has enough healthy
        targets.

        A group without a target is unhealthy (Route 53 API reference, `AliasTarget`,
        EvaluateTargetHealth).
        """
        return self.listens and bool(self.targets) and all(t.is_enough for t in self.targets)

    @property
    def tasks(self) -> int:
        """Return the number of healthy targets; only running tasks of a service register."""
        return sum(each.healthy for each in self.targets)


@dataclass(frozen=True)
class EstateState:
    """One state, with its number and its start in seconds since the epoch."""

    number: int
    time: float
    records: tuple[AliasRecord, ...]
    balancers: dict[str, Balancer]
    """By DNS name."""

    @classmethod
    def parse(cls, state: dict[str, Any]) -> Self:
        """Parse a state that `sandbox.server.traffic_history` wrote."""
        balancers = [
            Balancer(
                **{
                    **balancer,
                    "target_groups": tuple(balancer["target_groups"]),
                    "targets": tuple(TargetHealth(*t) for t in balancer["targets"]),
                }
            )
            for balancer in state["balancers"]
        ]
        return cls(
            number=state["number"],
            time=state["time"],
            records=tuple(AliasRecord(**record) for record in state["records"]),
            balancers={balancer.dns_name: balancer for balancer in balancers},
        )

    def records_of(self, name: str) -> tuple[AliasRecord, ...]:
        absolute = f"{name.rstrip('.')}."
        return tuple(r for r in self.records if r.name == absolute)

    def balancer(self, name: str) -> Balancer | None:
        """Return the load balancer with this name."""
        return next((b for b in self.balancers.values() if b.name == name), None)

    def is_healthy(self, record: AliasRecord) -> bool:
        """Return whether a record is healthy; one that does not evaluate health always is."""
        target = self.balancers.get(record.target)
        return not record.evaluates_health or (target is not None and target.is_healthy)

    def answers(self, name: str) -> dict[AliasRecord, Fraction]:
        """Return the probability of each record as the answer; empty if the name has no record."""
        records = self.records_of(name)
        if any(record.weight is None for record in records):
            return {record: Fraction(1, len(records)) for record in records}
        return answer_shares(
            {r: Weighted(r.weight or 0, healthy=self.is_healthy(r)) for r in records}
        )
