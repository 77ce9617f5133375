"""Route 53 records in a plan: what each name answers with, before, after and in between.

Terraform writes one record per call. Between two calls the name already has the first record and
not yet the second, so a plan is judged on every state that its writes can pass through.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations
from typing import Any

from rollout.plans.plan import Plan, ResourceChange, Values, Verb
from rollout.plans.references import Dependencies
from rollout.plans.values import dig, is_marked

RECORD_TYPE = "aws_route53_record"

_ROUTING_POLICIES = (
    "cidr",
    "failover",
    "geolocation",
    "geoproximity",
    "latency",
    "weighted",
)

MAX_WRITES_OF_A_NAME = 8
"""A name has two records here: so many calls at once are no move of a service."""


@dataclass(frozen=True)
class NameAndType:
    """What Route 53 groups records by."""

    zone_id: str | None
    name: str | None
    type: str | None

    def __str__(self) -> str:
        return f"{self.name or 'an unknown name'} {self.type or ''}".strip()


@dataclass(frozen=True)
class RecordState:
    """One record as it is or will be."""

    address: str
    key: NameAndType
    set_identifier: str | None
    policies: frozenset[str]
    """The routing policies it has; none: a simple record."""
    weight: int | None
    """None: it has none, or the plan does not know it."""
    evaluates_target_health: bool
    alias: str | None
    """The DNS name of the load balancer that it leads to."""

    @property
    def is_simple(self) -> bool:
        return not self.policies

    @property
    def is_weighted(self) -> bool:
        return self.policies == {"weighted"}


States = tuple[RecordState, ...]


class Call(Enum):
    """A call to Route 53."""

    WRITE = "write"
    DELETE = "delete"


Step = tuple[int, Call]
"""The index of a write and a call that it makes."""


@dataclass(frozen=True)
class Write:
    """One resource's part in a name: the record before and after, None where there is none."""

    change: ResourceChange
    before: RecordState | None
    after: RecordState | None

    @property
    def address(self) -> str:
        return self.change.address


@dataclass(frozen=True)
class Name:
    """One name and type, with the records that the stack has there and the changes to them."""

    key: NameAndType
    writes: tuple[Write, ...]
    """The resources that apply changes."""
    kept: States
    """The records that stay as they are."""
    dependencies: Dependencies = field(repr=False)

    @property
    def before(self) -> States:
        return (*self.kept, *(w.before for w in self.writes if w.before))

    @property
    def after(self) -> States:
        return (*self.kept, *(w.after for w in self.writes if w.after))

    @property
    def moves(self) -> bool:
        return bool(self.writes)

    @property
    def is_listable(self) -> bool:
        """Whether the writes are few enough to look at every order of them."""
        return len(self._steps()) <= MAX_WRITES_OF_A_NAME

    def states(self) -> Iterator[States]:
        """Every state after at least one write, for every order that Terraform may choose; none
        when the name is not listable.

        What depends on a record is written after it, and deleted before it is deleted or changed.
        """
        steps = self._steps()
        if not self.is_listable:
            return
        first_then = [(a, b) for a in steps for b in steps if a != b and self._comes_before(a, b)]
        for size in range(1, len(steps) + 1):
            for done in combinations(steps, size):
                if all(first in done for first, then in first_then if then in done):
                    yield self._state(done)

    def _steps(self) -> list[Step]:
        """The calls to Route 53. A replacement is two, and either may come first."""
        found: list[Step] = []
        for index, write in enumerate(self.writes):
            if write.before and (write.after is None or write.change.verb is Verb.REPLACE):
                found.append((index, Call.DELETE))
            if write.after:
                found.append((index, Call.WRITE))
        return found

    def _comes_before(self, first: Step, then: Step) -> bool:
        (a, call), (b, next_call) = first, then
        one, other = self.writes[a].address, self.writes[b].address
        if Call.DELETE in (call, next_call):
            return self.dependencies.needs(one, other)
        return self.dependencies.needs(other, one)

    def _state(self, done: tuple[Step, ...]) -> States:
        found = list(self.kept)
        for index, write in enumerate(self.writes):
            deleted, written = (index, Call.DELETE) in done, (index, Call.WRITE) in done
            replaced = write.change.verb is Verb.REPLACE
            if write.before and not deleted and (replaced or not written):
                found.append(write.before)
            if write.after and written:
                found.append(write.after)
        return tuple(found)


def names_in(plan: Plan) -> tuple[Name, ...]:
    """Every name and type that the stack has records of, in alphabetical order."""
    dependencies = Dependencies(plan.configuration)
    writes: dict[NameAndType, list[Write]] = {}
    kept: dict[NameAndType, list[RecordState]] = {}
    for change in plan.managed:
        if change.type != RECORD_TYPE:
            continue
        before = read_record(change.address, change.change.before, {})
        after = read_record(change.address, change.change.after, change.change.after_unknown)
        if not change.moves and after:
            kept.setdefault(after.key, []).append(after)
            continue
        for key in {state.key for state in (before, after) if state}:
            write = Write(
                change,
                before if before and before.key == key else None,
                after if after and after.key == key else None,
            )
            writes.setdefault(key, []).append(write)
    return tuple(
        Name(key, tuple(writes.get(key, ())), tuple(kept.get(key, ())), dependencies)
        for key in sorted(writes.keys() | kept.keys(), key=str)
    )


def read_record(address: str, values: Values | None, unknown: object) -> RecordState | None:
    """The record that the values describe; None where there is none."""
    if values is None:
        return None
    policies = {p for p in _ROUTING_POLICIES if dig(values, f"{p}_routing_policy")}
    if values.get("multivalue_answer_routing_policy"):
        policies.add("multivalue answer")
    key = NameAndType(
        _known_text(values, unknown, "zone_id"),
        _lowered(_known_text(values, unknown, "name")),
        _known_text(values, unknown, "type"),
    )
    return RecordState(
        address=address,
        key=key,
        set_identifier=_known_text(values, unknown, "set_identifier"),
        policies=frozenset(policies),
        weight=_weight(values, unknown),
        evaluates_target_health=dig(values, "alias", 0, "evaluate_target_health") is True,
        alias=_known_text(values, unknown, "alias", 0, "name"),
    )


def _weight(values: Mapping[str, Any], unknown: object) -> int | None:
    path = ("weighted_routing_policy", 0, "weight")
    weight = dig(values, *path)
    if type(weight) is not int or is_marked(unknown, *path) or not 0 <= weight <= 255:
        return None
    return weight


def _known_text(values: Mapping[str, Any], unknown: object, *path: str | int) -> str | None:
    value = dig(values, *path)
    if not isinstance(value, str) or not value or is_marked(unknown, *path):
        return None
    return value


def _lowered(name: str | None) -> str | None:
    return name.rstrip(".").lower() if name else None
