"""The alarms of a side, one row each, independent of what renders them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from pay.model.base import Model
from pay.model.expected_traffic import (
    Window,
    choose_window,
    expected_requests,
    window_of,
)
from pay.model.judging.latency import PERCENTILES, choose_percentile
from pay.model.metrics import (
    ERROR_PERCENT,
    HEALTHY_HOSTS,
    RESET_PERCENT,
    Formula,
    Metric,
    Share,
    response_time,
)
from pay.model.problem import Problem
from pay.model.side import ServiceSide
from pay.model.stage.dns_answers import share_at
from pay.model.vocabulary import LoadBalancerType, Severity, Side

HEALTHY_HOSTS_ALARM = "healthy-hosts"
"""Its name; it follows the tasks that a side must hold, the others follow its requests."""
MAX_ERROR_PERCENT = 5
LATENCY_MARGIN = 0.5
"""A percentile may take half of the longest request that the service is built for."""
HOSTS_MINUTES = 5
"""A task that ends is replaced sooner, and a deployment keeps all wanted tasks healthy. Neither
raises the alarm. A task that ends again and again does, and so does a zone whose tasks have no
other place."""

DAY_SECONDS, WEEK_SECONDS = 86_400, 604_800
HOUR_SECONDS = 3_600


class Alarm(Model):
    """An alarm of one side, in the values that CloudWatch accepts (AWS: CloudWatch API reference,
    `PutMetricAlarm`).
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    """The last part of the alarm's name in AWS."""
    metric: Metric | Formula
    comparison: Literal["GreaterThanThreshold", "LessThanThreshold"] = "GreaterThanThreshold"
    threshold: float
    """In `metric.unit`."""
    description: str = Field(max_length=1024)
    severity: Severity
    period_seconds: int = Field(default=60, gt=0, multiple_of=60)
    """CloudWatch also accepts 10, 20 and 30, for metrics stored more than once a minute. Load
    balancers send theirs each 60 seconds."""
    evaluation_periods: int = Field(default=5, ge=1)
    datapoints_to_alarm: int = Field(default=3, ge=1)
    """Of the last `evaluation_periods`, in any order."""
    treat_missing_data: Literal["breaching", "notBreaching"] = "notBreaching"
    waits_for_samples: bool = True
    """For a percentile, a period with too few requests to show it changes nothing. AWS: CloudWatch
    API reference, `PutMetricAlarm`, `EvaluateLowSampleCountPercentile`."""

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
    """Return every alarm of a side at its stage."""
    of_requests = (
        (_resets,)
        if side.service.load_balancer_type is LoadBalancerType.NETWORK
        else (_errors, _latency)
    )
    return (*(make(side) for make in of_requests), _healthy_hosts(side))


def _where(side: ServiceSide) -> str:
    return f"{side.service.name} on {side.side}"


def _severity_of_failures(side: ServiceSide) -> Severity:
    """Return WARNING for EC2 from `cutover` on, when no weight leads there; else CRITICAL. Its
    failures are then few requests of clients that have not followed. Fargate's failures call
    somebody from `dark` on: nothing but a test is sent there, and health checks are not counted.
    """
    share = share_at(side.environment.ladder, side.deployment.stage, side.side)
    is_left = side.side is Side.EC2 and not share
    return Severity.WARNING if is_left else Severity.CRITICAL


def _share_of_failures(side: ServiceSide, name: str, share: Share, what: str) -> Alarm:
    window, least = choose_window(expected_requests(side), share.min_whole)
    return Alarm(
        name=name,
        metric=share.of_at_least(least),
        threshold=MAX_ERROR_PERCENT,
        description=f"More than {MAX_ERROR_PERCENT} % of the {what} {_in_words(window)}.",
        severity=_severity_of_failures(side),
        **window._asdict(),
    )


def _errors(side: ServiceSide) -> Alarm:
    what = f"requests to {_where(side)} fail"
    return _share_of_failures(side, "errors", ERROR_PERCENT, what)


def _resets(side: ServiceSide) -> Alarm:
    what = f"connections to {_where(side)} are reset"
    return _share_of_failures(side, "resets", RESET_PERCENT, what)


def _latency(side: ServiceSide) -> Alarm:
    """Return the alarm of the highest percentile that the requests show, as the judge chooses it.
    Where they show none, it watches the median of any number of them.
    """
    shown = choose_percentile(expected_requests(side))
    percentile = shown or PERCENTILES[-1]
    window = window_of(percentile.block_minutes * 60)
    slowest_seconds = side.service.timing.longest_request_seconds * LATENCY_MARGIN
    return Alarm(
        name="latency",
        metric=response_time(percentile.percent),
        threshold=slowest_seconds,
        description=f"{100 - percentile.percent} % of the requests to {_where(side)} take longer "
        f"than {slowest_seconds:g} seconds {_in_words(window)}.",
        severity=Severity.WARNING,
        waits_for_samples=shown is not None,
        **window._asdict(),
    )


def _healthy_hosts(side: ServiceSide) -> Alarm:
    too_few = (
        "too few to take the daily peak alone" if side.holds_full_peak else "fewer than always run"
    )
    return Alarm(
        name=HEALTHY_HOSTS_ALARM,
        metric=HEALTHY_HOSTS[side.service.load_balancer_type],
        comparison="LessThanThreshold",
        threshold=side.needed_tasks,
        description=f"Fewer than {side.needed_tasks} healthy tasks of {_where(side)} for "
        f"{HOSTS_MINUTES} minutes: {too_few}.",
        # Also for a side with little traffic, because DNS can hand it everything within a minute.
        severity=Severity.CRITICAL,
        evaluation_periods=2 * HOSTS_MINUTES,
        datapoints_to_alarm=HOSTS_MINUTES,
        # A host count is reported as long as there is a target.
        treat_missing_data="breaching",
    )


def _in_words(window: Window) -> str:
    length = f"{window.minutes:g} minutes" if window.minutes > 1 else "minute"
    if window.evaluation_periods == 1:
        return f"within {length}"
    number, of = window.datapoints_to_alarm, window.evaluation_periods
    return (
        f"in {number} of {of} periods of {length}"
        if window.minutes > 1
        else f"in {number} of {of} minutes"
    )
