"""A service follows a demand curve on paper: how many tasks run, and when they are too few."""

import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from pay.model.environment.scaling import Event, Scaling
from pay.model.scaling.actions import minimum_at
from pay.model.scaling.demand_curve import DemandCurve
from pay.model.scaling.side_scaling import Tracking
from pay.model.scaling.tracking import CALM_MINUTES, Bounds, Past, follow
from pay.model.service.size import TaskCount

STEP_SECONDS = 10
MINUTE_STEPS = 60 // STEP_SECONDS
CPU_AT_PEAK = 60.0
"""The assumed per cent of CPU that `peak` tasks have when the curve is highest."""

START_SECONDS = (60, 90)
NOISE = 0.06
"""The distance of a minute's demand from the curve, as a part of it (one standard deviation)."""

SEEDS = (1, 2, 3)
FULL = 100.0


@dataclass(frozen=True)
class ScalingSetting:
    """The settings that decide how many tasks a service runs."""

    tasks: TaskCount
    most: int
    cpu: Tracking
    scaling: Scaling
    events: tuple[Event, ...] = ()
    requests: Tracking | None = None
    """Followed by a curve that counts requests; it says nothing about others."""

    def bounds_at(self, local: datetime) -> Bounds:
        return Bounds(minimum_at(local, self.tasks, self.scaling, self.events), self.most)


@dataclass(frozen=True)
class SimulatedRun:
    """The result of a simulation."""

    hours: Mapping[int, float]
    """Hour of the day -> running tasks on average."""
    average: float
    """Running tasks on average over the curve."""
    overloaded_seconds: int
    """In which demand was over 100 % of the running tasks' CPU."""
    task_hours: float
    peak_task_hours: float
    """The task hours if `peak` tasks had run in the same time."""

    @property
    def part_of_peak(self) -> float:
        return self.task_hours / self.peak_task_hours


def simulate(
    setting: ScalingSetting, curve: DemandCurve, seeds: Sequence[int] = SEEDS
) -> SimulatedRun:
    """Return the worst of the seeds: most seconds over 100 %, then most hours."""
    runs = (_run(setting, curve, random.Random(seed)) for seed in seeds)
    return max(runs, key=lambda run: (run.overloaded_seconds, run.task_hours))


class _SimulatedMinute(NamedTuple):
    """One minute: its local time, and the running tasks and the CPU of each of its steps."""

    local: datetime
    running: Sequence[int]
    cpu: Sequence[float]


def _run(setting: ScalingSetting, curve: DemandCurve, chance: random.Random) -> SimulatedRun:
    by_hour = [[0, 0] for _ in range(24)]
    overloaded = 0
    for minute in _minutes(setting, curve, chance):
        hour = by_hour[minute.local.hour]
        hour[0] += sum(minute.running)
        hour[1] += len(minute.running)
        overloaded += sum(cpu > FULL for cpu in minute.cpu)
    total, steps = (sum(each) for each in zip(*by_hour, strict=True))
    hours = steps * STEP_SECONDS / 3600
    return SimulatedRun(
        hours={hour: sum_ / count for hour, (sum_, count) in enumerate(by_hour) if count},
        average=total / steps,
        overloaded_seconds=overloaded * STEP_SECONDS,
        task_hours=total * STEP_SECONDS / 3600,
        peak_task_hours=hours * setting.tasks.peak,
    )


def _minutes(
    setting: ScalingSetting, curve: DemandCurve, chance: random.Random
) -> Iterator[_SimulatedMinute]:
    """Yield the minutes of the curve. A metric is known a minute after its own."""
    needed_at_peak = setting.tasks.peak * CPU_AT_PEAK
    bounds = setting.bounds_at(curve.starts)
    desired = running = bounds.clamp(setting.tasks.peak)
    peak_requests = curve.peak_requests if setting.requests else None
    readings = [(setting.cpu, deque[float | None](maxlen=CALM_MINUTES))]
    if setting.requests and peak_requests is not None:
        readings.append((setting.requests, deque(maxlen=CALM_MINUTES)))
    starting, past = list[float](), Past()
    unpublished: tuple[float, ...] = ()
    for number in range(int(curve.length.total_seconds()) // 60):
        local = curve.starts + timedelta(minutes=number)
        now = number * 60.0
        bounds = setting.bounds_at(local)
        desired = bounds.clamp(desired)
        for (_, known), each in zip(readings, unpublished, strict=False):
            known.append(each)
        policies = [(policy, [*known]) for policy, known in readings]
        desired, past = follow(policies, desired=desired, bounds=bounds, now=now, past=past)
        part = curve.part_of_peak(now + 30) * max(0.0, chance.gauss(1, NOISE))
        demand = needed_at_peak * part
        # Most minutes change nothing.
        is_steady = running == desired and not starting
        counts = [running] * MINUTE_STEPS if is_steady else []
        for step in range(0 if is_steady else MINUTE_STEPS):
            at = now + step * STEP_SECONDS
            running += sum(each <= at for each in starting)
            starting = [each for each in starting if each > at]
            if running + len(starting) > desired:
                starting = starting[: max(0, desired - running)]
                running = min(running, desired)
            for _ in range(desired - running - len(starting)):
                starting.append(at + chance.uniform(*START_SECONDS))
            counts.append(running)
        loads = [demand / count for count in counts]
        # In the order of the policies. A load balancer counts what its targets get in a minute.
        a_task = (peak_requests or 0) * part * len(counts) / sum(counts)
        unpublished = (sum(min(FULL, each) for each in loads) / len(loads), a_task)
        yield _SimulatedMinute(local, counts, loads)
