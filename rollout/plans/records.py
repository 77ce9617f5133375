"""Reads the Route 53 records in a plan: the answers of a name before, after and in between.

Terraform writes one record per call. Between two calls the name already has the first record and
not yet the second. So a plan is judged on every state that its writes can pass through.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from rollout.plans.plan import Plan, ResourceChange, Values, Verb
from rollout.plans.references import Dependencies
from rollout.plans.values import dig, is_marked

RECORD_TYPE = "aws_route53_record"

_ROUTING_POLICIES = ("cidr", "failover", "geolocation", "geoproximity", "latency", "weighted")

_WEIGHT = ("weighted_routing_policy", 0, "weight")

MAX_WRITES_OF_A_NAME = 8
"""A move of a service writes two records of a name, so more calls than this are not a move."""


@dataclass(frozen=True)
class NameAndType:
    """The key by which Route 53 groups records."""

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
    """The routing policies it has; none for a simple record."""
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


RecordCall = tuple[int, bool]
"""A call to Route 53: the index of a write, and whether the call deletes its record."""


@dataclass(frozen=True)
class Write:
    """The part of one resource in a name: its record before and after; None without a record."""

    change: ResourceChange
    before: RecordState | None
    after: RecordState | None

    @property
    def address(self) -> str:
        return self.change.address

    @property
    def deletes(self) -> bool:
        """Return whether a call deletes the record before: at its end, or for a replacement."""
        return self.before is not None and (self.after is None or self.change.verb is Verb.REPLACE)


@dataclass(frozen=True)
class RecordName:
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
        """Return whether there are few enough writes to check every order of them."""
        return len(self._steps()) <= MAX_WRITES_OF_A_NAME

    def states(self) -> Iterator[States]:
        """Yield every state after at least one write, for every order that Terraform may choose.
        Yield nothing when the name is not listable.

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

    def _steps(self) -> list[RecordCall]:
        """Return the calls to Route 53. A replacement is two, and either may come first."""
        return [
            (index, deletes)
            for index, write in enumerate(self.writes)
            for deletes in (True, False)
            if (write.deletes if deletes else write.after)
        ]

    def _comes_before(self, first: RecordCall, then: RecordCall) -> bool:
        (a, deletes), (b, next_deletes) = first, then
        one, other = self.writes[a].address, self.writes[b].address
        needs = self.dependencies.needs
        return needs(one, other) if deletes or next_deletes else needs(other, one)

    def _state(self, done: tuple[RecordCall, ...]) -> States:
        state = list(self.kept)
        for index, write in enumerate(self.writes):
            deleted, written = (index, True) in done, (index, False) in done
            if write.before and not deleted and (write.deletes or not written):
                state.append(write.before)
            if write.after and written:
                state.append(write.after)
        return tuple(state)


def names_in(plan: Plan) -> tuple[RecordName, ...]:
    """Return every name and type that the stack has records of, in alphabetical order."""
    records = [change for change in plan.managed if change.type == RECORD_TYPE]
    if not records:
        return ()
    dependencies = Dependencies(plan.configuration)
    writes: dict[NameAndType, list[Write]] = {}
    kept: dict[NameAndType, list[RecordState]] = {}
    for change in records:
        before, after = read_record(change)
        if not change.moves and after:
            kept.setdefault(after.key, []).append(after)
            continue
        for key in {state.key for state in (before, after) if state}:
            here = (state if state and state.key == key else None for state in (before, after))
            writes.setdefault(key, []).append(Write(change, *here))
    return tuple(
        RecordName(key, tuple(writes.get(key, ())), tuple(kept.get(key, ())), dependencies)
        for key in sorted(writes.keys() | kept.keys(), key=str)
    )


def written_records(plan: Plan) -> Iterator[RecordState]:
    """Yield the records that apply writes, as they are afterwards."""
    return (write.after for name in names_in(plan) for write in name.writes if write.after)


def read_record(change: ResourceChange) -> tuple[RecordState | None, RecordState | None]:
    """Return the record before and after; None where the resource does not exist."""
    values, unknown = change.change, change.change.after_unknown
    return _state(change.address, values.before, {}), _state(change.address, values.after, unknown)


def _state(address: str, values: Values | None, unknown: object) -> RecordState | None:
    if values is None:
        return None

    def known_text(*path: str | int) -> str | None:
        value = None if is_marked(unknown, *path) else dig(values, *path)
        return value if isinstance(value, str) and value else None

    policies = {p for p in _ROUTING_POLICIES if dig(values, f"{p}_routing_policy")}
    if values.get("multivalue_answer_routing_policy"):
        policies.add("multivalue answer")
    name = known_text("name")
    weight = None if is_marked(unknown, *_WEIGHT) else dig(values, *_WEIGHT)
    return RecordState(
        address=address,
        key=NameAndType(
            known_text("zone_id"), name and name.rstrip(".").lower(), known_text("type")
        ),
        set_identifier=known_text("set_identifier"),
        policies=frozenset(policies),
        weight=weight if type(weight) is int and 0 <= weight <= 255 else None,
        evaluates_target_health=dig(values, "alias", 0, "evaluate_target_health") is True,
        alias=known_text("alias", 0, "name"),
    )
