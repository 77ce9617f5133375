"""Puts an environment to sleep or wakes it, part by part, in the order of calls."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from pay.model import Environment
from pay.model.environment.sleep import Sleep
from pay.model.environment.wakes import PartKind
from rollout.aws.clients import Client
from rollout.aws.polling import Clock
from rollout.sleep.parts import (
    CHANGES_NOW,
    PartGroup,
    PartState,
    SleepPart,
    Target,
    groups,
    planned,
)

CLOCK = Clock(poll_seconds=10)


@dataclass(frozen=True)
class PartRow:
    """The result for a part."""

    kind: PartKind
    name: str
    words: str
    is_done: bool
    because: str | None = None
    """The reason why it is not done."""


@dataclass(frozen=True)
class Mover:
    """Moves the parts of an environment. A run that is killed anywhere is finished by the next."""

    environment: Environment
    client: Client
    check: Callable[[], None] = lambda: None
    """Called before each change. Raises when another command may change the environment."""
    report: Callable[[str], None] = lambda line: None
    clock: Clock = field(default_factory=lambda: CLOCK)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def move(self, target: Target) -> tuple[PartRow, ...]:
        """Lead every part to the target, one group after the other, and return how each was left.

        A part that fails does not stop the others. Raises what `check` raises.
        """
        every = groups(self.environment, self.client, target)
        rows: list[PartRow] = []
        for number, group in enumerate(every, start=1):
            self.report(f"{number} of {len(every)}: {_names(group)}")
            rows += self._move_group(group, target)
        return tuple(rows)

    def would_change(self, target: Target) -> Iterator[PartRow]:
        """Yield the parts that are not at the target, in the order in which they would change.

        Raises botocore's ClientError when AWS refuses.
        """
        yield from (row for row in self.rows(target) if not row.is_done)

    def rows(self, target: Target) -> Iterator[PartRow]:
        """Yield every part as it is, done where it is at the target."""
        for group in groups(self.environment, self.client, target):
            for part in group.parts:
                yield _row(part, part.find(target), target)

    def rows_by_plan(self, sleep: Sleep, at: datetime) -> Iterator[PartRow]:
        """Yield every part as it is, done where it is as its kind is by the plan at a moment.

        Raises botocore's ClientError when AWS refuses.
        """
        for group in groups(self.environment, self.client, Target.ASLEEP):
            for part in group.parts:
                target = planned(sleep, part.kind, at)
                row = _row(part, part.find(target), target)
                yield row if row.is_done else replace(row, because=f"{target} by its plan")

    def _move_group(self, group: PartGroup, target: Target) -> list[PartRow]:
        rows: dict[str, PartRow] = {}
        for _ in self.clock.looks(group.longest.total_seconds()):
            for part in group.parts:
                if part.name not in rows and (row := self._step(part, target)):
                    rows[part.name] = row
                    self.report(f"  {part.name}: {row.because or row.words}")
            if len(rows) == len(group.parts):
                break
        rows |= {p.name: _late(p, target, group) for p in group.parts if p.name not in rows}
        return [rows[part.name] for part in group.parts]

    def _step(self, part: SleepPart, target: Target) -> PartRow | None:
        """Begin what can begin; return how the part was left, or None while it changes."""
        try:
            state = part.find(target)
            if target in state.states:
                return _row(part, state, target)
            if state.can_begin:
                self.check()
                part.begin(target)
        except ClientError as error:
            if error.response["Error"]["Code"] in CHANGES_NOW:
                return None
            return PartRow(part.kind, part.name, "unknown", False, str(error))
        return None


def _row(part: SleepPart, state: PartState, target: Target) -> PartRow:
    return PartRow(part.kind, part.name, state.words, target in state.states)


def _late(part: SleepPart, target: Target, group: PartGroup) -> PartRow:
    minutes = group.longest // timedelta(minutes=1)
    because = f"not {target} after {minutes} minutes"
    try:
        state = part.find(target)
    except ClientError as error:
        return PartRow(part.kind, part.name, "unknown", False, str(error))
    return PartRow(part.kind, part.name, state.words, target in state.states, because)


def _names(group: PartGroup) -> str:
    first, *others = group.parts
    return first.name if not others else f"{first.name} and {len(others)} more"
