"""The oracle of target tracking holds what AWS promises, for any load."""

import math
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from pay.model.scaling.side_scaling import Tracking
from pay.model.scaling.tracking import BREACHES, CALM_MINUTES, Bounds, Past, Readings, follow

CPU = Tracking("cpu", "ECSServiceAverageCPUUtilization", 50, 300)
REQUESTS = Tracking("requests", "ALBRequestCountPerTarget", 600, 300)
LOADS = st.lists(st.one_of(st.none(), st.floats(0, 3000)), min_size=1, max_size=90)
BOUNDS = st.tuples(st.integers(1, 20), st.integers(0, 40)).map(lambda b: Bounds(b[0], b[0] + b[1]))


def counts(loads: Sequence[float | None], bounds: Bounds, start: int) -> list[int]:
    """Return the desired counts, a minute each, under a load in per cent of one task's CPU."""
    desired, past, readings = bounds.clamp(start), Past(), list[float | None]()
    found = []
    for minute, load in enumerate(loads):
        readings.append(None if load is None else min(100.0, load / desired))
        desired, past = follow(
            [(CPU, readings)], desired=desired, bounds=bounds, now=minute * 60.0, past=past
        )
        found.append(desired)
    return found


@given(loads=LOADS, bounds=BOUNDS, start=st.integers(1, 60))
@settings(max_examples=60)
def test_stays_within_the_bounds(loads: list[float | None], bounds: Bounds, start: int) -> None:
    assert all(bounds.min <= count <= bounds.max for count in counts(loads, bounds, start))


READINGS = st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=0, max_size=20)


def next_count(readings: Readings, desired: int = 10) -> int:
    bounds = Bounds(1, 100)
    return follow([(CPU, readings)], desired=desired, bounds=bounds, now=0, past=Past())[0]


@given(readings=READINGS)
@settings(max_examples=100)
def test_adds_only_after_three_breaches_and_removes_only_after_fifteen_calm_minutes(
    readings: list[float | None],
) -> None:
    count = next_count(readings)
    last, calm = readings[-BREACHES:], readings[-CALM_MINUTES:]
    if count > 10:
        assert len(last) == BREACHES
        assert all(each is not None and each > 50 for each in last)
    if count < 10:
        assert len(calm) == CALM_MINUTES
        assert all(each is not None and each < 45 for each in calm)


@given(low=st.floats(0, 100), more=st.floats(0, 100))
@settings(max_examples=60)
def test_more_load_never_means_fewer_tasks(low: float, more: float) -> None:
    high = min(100.0, low + more)
    assert next_count([low] * CALM_MINUTES) <= next_count([high] * CALM_MINUTES)


@given(load=st.floats(60, 2000), start=st.integers(1, 20))
@settings(max_examples=60)
def test_after_a_step_up_the_load_is_carried_as_soon_as_three_minutes_are_known_each_time(
    load: float, start: int
) -> None:
    """CPU stops at 100, so that one step doubles the tasks at most."""
    steps = max(1, math.ceil(math.log2(max(1.0, load / start / 100)))) + 1
    loads = [load] * (steps * BREACHES + 1)
    assert load / counts(loads, Bounds(1, 1000), start)[-1] < 100


def test_one_policy_is_enough_to_add_and_all_must_agree_to_remove() -> None:
    calm, busy = [10.0] * CALM_MINUTES, [900.0] * CALM_MINUTES

    def both(cpu: list[float], requests: list[float]) -> int:
        return follow(
            [(CPU, cpu), (REQUESTS, requests)],
            desired=10,
            bounds=Bounds(1, 100),
            now=0,
            past=Past(),
        )[0]

    assert both(calm, busy) == 15
    assert both(calm, [580.0] * CALM_MINUTES) == 10
    assert both(calm, calm) == 9


def test_a_deployment_and_the_cooldown_keep_tasks_and_a_larger_rise_does_not_wait() -> None:
    calm, busy = [10.0] * CALM_MINUTES, [90.0] * BREACHES

    def at(readings: Readings, past: Past, *, is_deploying: bool = False) -> int:
        return follow(
            [(CPU, readings)],
            desired=10,
            bounds=Bounds(1, 100),
            now=1000,
            past=past,
            is_deploying=is_deploying,
        )[0]

    assert at(calm, Past(), is_deploying=True) == 10
    assert at(calm, Past(out_at=800)) == 10
    assert at(calm, Past(out_at=700)) == 9
    assert at(busy, Past(out_at=990, out_wanted=18)) == 10
    assert at(busy, Past(out_at=990, out_wanted=17)) == 18
    assert at(busy, Past(out_at=900, out_wanted=18), is_deploying=True) == 18


def test_takes_away_a_tenth_at_most() -> None:
    assert next_count([1.0] * CALM_MINUTES, desired=40) == 36
    assert next_count([44.0] * CALM_MINUTES, desired=40) == 36
