"""The alarms of a side, one row each, independent of what renders them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from pay.model.base import Model
from pay.model.metrics import (
    ERROR_PERCENT,
    HEALTHY_HOSTS,
    RESET_PERCENT,
    RESPONSE_TIME_P99,
    Formula,
    Metric,
)
from pay.model.problem import Problem
from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType, Severity

MAX_ERROR_PERCENT = 5
LATENCY_MARGIN = 0.5
"""p99 may take half of the longest request that the service is built for."""
HOSTS_MINUTES = 5
"""A task that ends is replaced sooner, and a deployment keeps all wanted tasks healthy: neither
raises the alarm. A task that ends again and again does, and so does a zone whose tasks have no
other place."""

DAY_SECONDS, WEEK_SECONDS = 86_400, 604_800
HOUR_SECONDS = 3_600


class Alarm(Model):
    """An alarm of one side, in the values that CloudWatch accepts (AWS: CloudWatch API reference,
    `PutMetricAlarm`).
    """

    name: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    """The last part of the alarm's name in AWS."""
    metric: Metric | Formula
    comparison: Literal["GreaterThanThreshold", "LessThanThreshold"] = "GreaterThanThreshold"
    threshold: float
    """In `metric.unit`."""
    description: str = Field(max_length=1024)
    severity: Severity
    period_seconds: int = Field(default=60, gt=0, multiple_of=60)
    """CloudWatch also takes 10, 20 and 30, for metrics that are stored more than once a minute:
    load balancers send theirs each 60 seconds."""
    evaluation_periods: int = Field(default=5, ge=1)
    datapoints_to_alarm: int = Field(default=3, ge=1)
    """Of the last `evaluation_periods`, in any order."""
    treat_missing_data: Literal["breaching", "notBreaching"] = "notBreaching"

    def problems(self) -> Iterator[Problem]:
        if self.datapoints_to_alarm > self.evaluation_periods:
            yield Problem(
                key="datapoints_to_alarm",
                found=str(self.datapoints_to_alarm),
                allowed=f"at most evaluation_periods, which is {self.evaluation_periods}",
                fix="lower it: the alarm could never fire",
            )
        limit = DAY_SECONDS if self.period_seconds < HOUR_SECONDS else WEEK_SECONDS
        if self.period_seconds * self.evaluation_periods > limit:
            yield Problem(
                key="evaluation_periods",
                found=f"{self.evaluation_periods} of {self.period_seconds} seconds",
                allowed=f"{limit} seconds in all for periods of this length",
                fix="evaluate fewer periods",
            )


def alarms(side: ServiceSide) -> tuple[Alarm, ...]:
    """Return every alarm of a side."""
    service = side.service
    where = f"{service.name} on {side.side}"
    too_few = (
        "too few to take the daily peak alone" if side.holds_full_peak else "fewer than always run"
    )
    healthy_hosts = Alarm(
        name="healthy-hosts",
        metric=HEALTHY_HOSTS[service.load_balancer_type],
        comparison="LessThanThreshold",
        threshold=side.needed_tasks,
        description=f"Fewer than {side.needed_tasks} healthy tasks of {where} for "
        f"{HOSTS_MINUTES} minutes: {too_few}.",
        # Also for a side with little traffic: DNS can hand it everything within a minute.
        severity=Severity.CRITICAL,
        evaluation_periods=2 * HOSTS_MINUTES,
        datapoints_to_alarm=HOSTS_MINUTES,
        # A host count is reported as long as there is a target.
        treat_missing_data="breaching",
    )
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        resets = Alarm(
            name="resets",
            metric=RESET_PERCENT,
            threshold=MAX_ERROR_PERCENT,
            description=f"More than {MAX_ERROR_PERCENT} % of the connections to {where} are reset.",
            severity=Severity.CRITICAL,
        )
        return (resets, healthy_hosts)
    errors = Alarm(
        name="errors",
        metric=ERROR_PERCENT,
        threshold=MAX_ERROR_PERCENT,
        description=f"More than {MAX_ERROR_PERCENT} % of the requests to {where} fail.",
        severity=Severity.CRITICAL,
    )
    slowest_seconds = service.timing.longest_request_seconds * LATENCY_MARGIN
    latency = Alarm(
        name="latency",
        metric=RESPONSE_TIME_P99,
        threshold=slowest_seconds,
        description=f"1 % of the requests to {where} take longer than {slowest_seconds:g} seconds.",
        severity=Severity.WARNING,
    )
    return (errors, latency, healthy_hosts)
