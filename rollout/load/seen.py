"""Reads the behaviour of each side in a load test: its load balancer, tasks and scaling."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from pay.model import Environment
from pay.model.environment.load import Scenario
from pay.model.metrics import (
    FAILED_PERCENT,
    HEALTHY_HOSTS,
    MIN_REQUESTS,
    TASK_CPU,
    Dimension,
    Metric,
    arn_suffix,
    response_time,
    side_dimensions,
)
from pay.model.side import ServiceSide
from pay.model.vocabulary import Exposure, LoadBalancerType
from pay.sleep.parts import sides
from rollout.aws.clients import Client, items
from rollout.load.results import LimitCheck
from rollout.measure.cloudwatch import Points, Query, read
from rollout.terminal.refusal import Failed

P95 = response_time(95)
_HTTP = LoadBalancerType.APPLICATION
_FAILED, _HOSTS = FAILED_PERCENT[_HTTP], HEALTHY_HOSTS[_HTTP]
_METRICS = (*_FAILED.metrics, P95, _HOSTS, TASK_CPU)


@dataclass(frozen=True)
class SideBalancer:
    """The load balancer of a side."""

    side: ServiceSide
    dimensions: Mapping[Dimension, str]

    @property
    def name(self) -> str:
        return f"{self.side.service.name} on {self.side.side}"


@dataclass(frozen=True)
class SeenLoad:
    """The behaviour of a side while the load ran."""

    name: str
    is_public: bool
    """Visitors wait for its answers."""
    requests: int
    failed: int
    p95_ms: int | None
    """Of the typical minute, so that the first cold one does not count; None if not measured."""
    fewest_tasks: int | None
    """The fewest that were healthy; None if not measured."""
    cpu_percent: float | None
    """The average of its tasks in the busiest minute; None if not measured."""

    def checks(self, scenario: Scenario) -> Iterator[LimitCheck]:
        """Yield the limits that a side with enough requests must hold."""
        if self.requests < MIN_REQUESTS:
            return
        failed = round(100 * self.failed / self.requests, 3)
        yield LimitCheck(self.name, "failed_percent", scenario.max_failed_percent, failed)
        if self.is_public and self.p95_ms is not None:
            yield LimitCheck(self.name, "p95_ms", scenario.max_p95_ms, self.p95_ms)


@dataclass(frozen=True)
class Activity:
    """A change that Application Auto Scaling made to a side."""

    at: datetime
    name: str
    words: str
    """Its description, in AWS's words."""


def balancers(environment: Environment, client: Client) -> tuple[SideBalancer, ...]:
    """Return those that exist and count requests. Raises botocore's ClientError."""
    elbv2 = client("elbv2")
    by_name = {
        each["LoadBalancerName"]: each["LoadBalancerArn"]
        for each in items(elbv2, "describe_load_balancers", "LoadBalancers")
    }
    groups = {
        each["TargetGroupName"]: each["TargetGroupArn"]
        for each in items(elbv2, "describe_target_groups", "TargetGroups")
    }
    return tuple(
        SideBalancer(
            side,
            side_dimensions(
                side,
                load_balancer=arn_suffix(by_name[side.load_balancer]),
                target_group=arn_suffix(groups[side.target_group]),
            ),
        )
        for side in (each.side for each in sides(environment))
        if side.service.load_balancer_type is _HTTP
        and side.load_balancer in by_name
        and side.target_group in groups
    )


def seen_by(
    which: tuple[SideBalancer, ...], cloudwatch: Any, start: datetime, end: datetime
) -> tuple[SeenLoad, ...]:
    """Return what the sides did between two times.

    Raises Failed when none counted enough requests. Nothing would show what was answered then.
    """
    queries = [Query.of(metric, each.dimensions) for each in which for metric in _METRICS]
    first = start.replace(second=0, microsecond=0)
    series = read(cloudwatch, queries, first, end + timedelta(minutes=1))
    sides_seen = tuple(
        _seen(each, {metric: series[Query.of(metric, each.dimensions)] for metric in _METRICS})
        for each in which
    )
    if all(each.requests < MIN_REQUESTS for each in sides_seen):
        raise Failed(
            f"no load balancer has counted {MIN_REQUESTS} requests from {start:%H:%M} to "
            f"{end:%H:%M} UTC: check BASE_URL in the runner's log"
        )
    return sides_seen


def _seen(balancer: SideBalancer, points: Mapping[Metric, Points]) -> SeenLoad:
    hosts, cpu, p95 = (points[metric].values() for metric in (_HOSTS, TASK_CPU, P95))
    return SeenLoad(
        balancer.name,
        is_public=balancer.side.service.exposure is Exposure.PUBLIC,
        requests=round(sum(sum(points[metric].values()) for metric in _FAILED.whole)),
        failed=round(sum(sum(points[metric].values()) for metric in _FAILED.part)),
        p95_ms=round(1000 * median(p95)) if p95 else None,
        fewest_tasks=round(min(hosts)) if hosts else None,
        cpu_percent=round(max(cpu), 1) if cpu else None,
    )


def scaled(
    environment: Environment, client: Client, start: datetime, end: datetime
) -> tuple[Activity, ...]:
    """Return what scaling did between two times, the first first. Raises botocore's ClientError."""
    scaling = client("application-autoscaling")
    activities = [
        Activity(each["StartTime"], f"{part.side.service.name} on {part.side.side}", _words(each))
        for part in sides(environment)
        if part.is_scaled
        for each in items(
            scaling,
            "describe_scaling_activities",
            "ScalingActivities",
            ServiceNamespace="ecs",
            ResourceId=part.resource_id,
        )
        if start <= each["StartTime"] <= end
    ]
    return tuple(sorted(activities, key=lambda each: each.at))


def _words(activity: Mapping[str, Any]) -> str:
    is_done = activity["StatusCode"] == "Successful"
    return str(activity["Description"] if is_done else activity["StatusMessage"])
