"""What decides where a request goes: records, load balancers and the tasks behind them, as the
sandbox saw them at one moment; and what Route 53 answers then.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from pay.model.stage.dns_answers import Weighted, answer_shares


@dataclass(frozen=True)
class AliasRecord:
    """A record that leads to a load balancer."""

    name: str
    set_identifier: str | None
    weight: int | None
    """None: a simple record."""
    target: str
    """The DNS name of the load balancer."""
    evaluates_health: bool


@dataclass(frozen=True)
class Balancer:
    """A load balancer that exists."""

    name: str
    dns_name: str
    listens: bool
    healthy_targets: tuple[int, ...]
    """Of each of its target groups."""
    client_keep_alive_seconds: int
    """AWS's seconds after which it closes a connection, counted from its start."""

    @property
    def is_healthy(self) -> bool:
        """What Route 53 thinks of it: every target group has a healthy target, and a group without
        any target is unhealthy (Route 53 API reference, `AliasTarget`, EvaluateTargetHealth).
        """
        return self.listens and bool(self.healthy_targets) and all(self.healthy_targets)

    @property
    def tasks(self) -> int:
        """Healthy targets; only running tasks of an existing service are registered."""
        return sum(self.healthy_targets)


@dataclass(frozen=True)
class Estate:
    """One state; `number` counts them and `time` is when it began, in seconds since the epoch."""

    number: int
    time: float
    records: tuple[AliasRecord, ...]
    balancers: dict[str, Balancer]
    """By DNS name."""

    @classmethod
    def parse(cls, state: dict[str, Any]) -> Self:
        """A state as `sandbox.server.traffic_history` writes it."""
        balancers = [
            Balancer(**{**balancer, "healthy_targets": tuple(balancer["healthy_targets"])})
            for balancer in state["balancers"]
        ]
        return cls(
            number=state["number"],
            time=state["time"],
            records=tuple(AliasRecord(**record) for record in state["records"]),
            balancers={balancer.dns_name: balancer for balancer in balancers},
        )

    def records_of(self, name: str) -> tuple[AliasRecord, ...]:
        wanted = f"{name.rstrip('.')}."
        return tuple(r for r in self.records if r.name == wanted)

    def balancer(self, name: str) -> Balancer | None:
        """A load balancer by its name."""
        return next((b for b in self.balancers.values() if b.name == name), None)

    def is_healthy(self, record: AliasRecord) -> bool:
        """A record that evaluates no health is always healthy."""
        target = self.balancers.get(record.target)
        return not record.evaluates_health or (target is not None and target.is_healthy)

    def answers(self, name: str) -> dict[AliasRecord, Fraction]:
        """The probability of each record being Route 53's answer; empty: no such name."""
        records = self.records_of(name)
        if any(record.weight is None for record in records):
            return {record: Fraction(1, len(records)) for record in records}
        return answer_shares(
            {r: Weighted(r.weight or 0, healthy=self.is_healthy(r)) for r in records}
        )
