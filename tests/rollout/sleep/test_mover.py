"""Parts are led to sleep and awake in their order, and a killed run is finished by the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from pay.model import Environment
from pay.model.environment.wakes import PartKind
from rollout.aws.polling import Clock
from rollout.sleep import mover as moving
from rollout.sleep.mover import Mover
from rollout.sleep.parts import PartGroup, PartState, ServicePart, Target, groups

START = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """Parts that take some polls to change."""

    takes: int
    states: dict[str, Target] = field(default_factory=dict)
    changing: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    now: datetime = START
    broken: frozenset[str] = frozenset()

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        for name in [*self.changing]:
            self.changing[name] -= 1
            if self.changing[name] <= 0:
                del self.changing[name]


@dataclass(frozen=True)
class Fake:
    name: str
    world: World
    kind: PartKind = PartKind.SERVICE

    def find(self, target: Target) -> PartState:
        is_changing = self.name in self.world.changing
        state = self.world.states.setdefault(self.name, Target.AWAKE)
        states = frozenset[Target]() if is_changing else frozenset({state})
        return PartState(state, states, not is_changing and state is not target)

    def begin(self, target: Target) -> None:
        if self.name in self.world.broken:
            raise ClientError({"Error": {"Code": "Throttling", "Message": "slow"}}, "Stop")
        self.world.calls.append(self.name)
        self.world.states[self.name] = target
        self.world.changing[self.name] = self.world.takes


ORDER = (("canary",), ("alarms",), ("frontend", "publicapi"), ("connector",), ("database",))


def mover(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, world: World, check: Any = None
) -> Mover:
    def made(_: object, __: object, target: Target) -> tuple[PartGroup, ...]:
        every = [
            PartGroup(tuple(Fake(name, world) for name in each), timedelta(minutes=5))
            for each in ORDER
        ]
        return tuple(every if target is Target.ASLEEP else reversed(every))

    monkeypatch.setattr(moving, "groups", made)
    return Mover(
        environment,
        lambda name: None,
        check or (lambda: None),
        clock=Clock(seconds=lambda: world.now.timestamp(), sleep=world.pause),
        now=lambda: world.now,
    )


@pytest.fixture
def perf(environments: Mapping[str, Environment]) -> Environment:
    return environments["test-perf-1"]


def test_a_group_waits_for_the_one_before(
    monkeypatch: pytest.MonkeyPatch, perf: Environment
) -> None:
    world = World(takes=3)
    rows = mover(monkeypatch, perf, world).move(Target.ASLEEP)
    assert all(row.is_done for row in rows)
    assert world.calls == [name for group in ORDER for name in group]
    world.calls.clear()
    mover(monkeypatch, perf, world).move(Target.AWAKE)
    assert world.calls == ["database", "connector", "frontend", "publicapi", "alarms", "canary"]
    world.calls.clear()
    assert all(row.is_done for row in mover(monkeypatch, perf, world).move(Target.AWAKE))
    assert world.calls == []


class Killed(Exception):
    """The command ends before its next call."""


@settings(max_examples=30)
@given(st.lists(st.integers(1, 4), max_size=6), st.sampled_from([*Target]))
def test_killed_before_any_calls_the_last_run_converges(kills: list[int], target: Target) -> None:
    """Each part is called once at most, however often the command is killed."""
    world = World(takes=2)
    for name in (name for group in ORDER for name in group):
        world.states[name] = Target.AWAKE if target is Target.ASLEEP else Target.ASLEEP
    with pytest.MonkeyPatch.context() as monkeypatch:
        for kill in kills:
            calls = iter(range(1, 100))

            def check(kill: int = kill, calls: Any = calls) -> None:
                if next(calls) >= kill:
                    raise Killed

            try:
                mover(monkeypatch, None, world, check).move(target)  # type: ignore[arg-type]
            except Killed:
                world.pause(1)
        rows = mover(monkeypatch, None, world).move(target)  # type: ignore[arg-type]
    assert all(row.is_done for row in rows)
    assert sorted(world.calls) == sorted(name for group in ORDER for name in group)


def test_a_part_that_fails_is_named_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, perf: Environment
) -> None:
    world = World(takes=1, broken=frozenset({"connector"}))
    rows = {row.name: row for row in mover(monkeypatch, perf, world).move(Target.ASLEEP)}
    assert "Throttling" in str(rows["connector"].because)
    assert [name for name, row in rows.items() if not row.is_done] == ["connector"]


def test_what_does_not_come_in_time_is_left_and_named(
    monkeypatch: pytest.MonkeyPatch, perf: Environment
) -> None:
    world = World(takes=10_000)
    rows = mover(monkeypatch, perf, world).move(Target.ASLEEP)
    assert not any(row.is_done for row in rows)
    assert {row.because for row in rows} == {"not asleep after 5 minutes"}


def test_callers_sleep_before_what_they_call_and_wake_after_it(perf: Environment) -> None:
    def no_client(name: str) -> None:
        raise AssertionError(f"{name} is asked")

    asleep = groups(perf, no_client, Target.ASLEEP)
    assert asleep[0].parts[0].kind == "alarms"
    assert {part.kind for part in asleep[-1].parts} == {"database"}
    awake = groups(perf, no_client, Target.AWAKE)
    assert awake == tuple(reversed(asleep))
    first = {part.name for part in awake[1].parts if isinstance(part, ServicePart)}
    assert {"egress on fargate", "webhooks-egress on fargate"} <= first
