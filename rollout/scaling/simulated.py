"""Simulates what a demand curve would do to the services of an environment, with the settings of
its file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pay.model.scaling.demand_curve import DemandCurve
from pay.model.scaling.side_scaling import Tracking, events_of, scaling_of
from pay.model.scaling.simulation import ScalingSetting, SimulatedRun, simulate
from pay.model.side import ServiceSide


@dataclass(frozen=True)
class Simulated:
    """A service's week on paper, as Fargate alone carries it."""

    side: ServiceSide
    run: SimulatedRun
    by_requests: bool
    """True when its target of requests was also followed, by a curve that counts them."""

    @property
    def requests(self) -> Tracking | None:
        """Return the target of requests that the file gives it."""
        return _requests(self.side)

    def as_data(self) -> dict[str, Any]:
        tasks = self.side.deployment.tasks
        return {
            "service": self.side.service.name,
            "night": tasks.lowest,
            "min": tasks.min,
            "peak": tasks.peak,
            "max": self.side.most_desired_tasks,
            "cpu_target": scaling_of(self.side).policies[0].target,
            "requests_per_task": self.requests and self.requests.target,
            "by_requests": self.by_requests,
            "average_tasks": round(self.run.average, 2),
            "seconds_over_100_percent": self.run.overloaded_seconds,
            "task_hours": round(self.run.task_hours, 1),
            "percent_of_peak": round(100 * self.run.part_of_peak),
            "tasks_by_hour": {hour: round(tasks, 1) for hour, tasks in self.run.hours.items()},
        }


def simulated(sides: Iterable[ServiceSide], curve: DemandCurve) -> Iterator[Simulated]:
    """Yield each side after the curve; services with the same setting share one simulation."""
    run = cache(lambda setting: simulate(setting, curve))
    for side in sides:
        requests = _requests(side)
        setting = ScalingSetting(
            tasks=side.deployment.tasks,
            most=side.most_desired_tasks,
            cpu=scaling_of(side).policies[0],
            scaling=side.environment.scaling,
            events=events_of(side),
            requests=requests,
        )
        is_counted = requests is not None and curve.counts_requests
        yield Simulated(side, run(setting), is_counted)


def _requests(side: ServiceSide) -> Tracking | None:
    return next((each for each in scaling_of(side).policies if each.name == "requests"), None)
