"""Requests and errors of both sides, from the metrics of their load balancers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pay.model.judging.latency import Pair, Percentile
from pay.model.judging.minutes import Minute
from pay.model.metrics import (
    CONNECTIONS,
    ELB_5XX,
    ELB_503,
    ELB_RESETS,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_4XX,
    TARGET_5XX,
    TARGET_RESETS,
    Metric,
    response_time,
)
from pay.model.vocabulary import LoadBalancerType, Side
from rollout.measure.cloudwatch import Points, Query
from rollout.measure.running import RunningSide


@dataclass(frozen=True)
class Counted:
    """The metrics that a load balancer counts its requests by."""

    requests: tuple[Metric, ...]
    errors: tuple[Metric, ...]
    client_errors: tuple[Metric, ...] = ()


COUNTED: Mapping[LoadBalancerType, Counted] = {
    # A connection error to a target is a 502, which ELB_5XX counts already; 502 and 504 are in
    # RequestCount, a 503 without a healthy target is not.
    LoadBalancerType.APPLICATION: Counted(
        (REQUESTS, ELB_503), (TARGET_5XX, ELB_5XX), (TARGET_4XX,)
    ),
    LoadBalancerType.NETWORK: Counted((CONNECTIONS,), (TARGET_RESETS, ELB_RESETS)),
}
"""AWS: "CloudWatch metrics for your Application Load Balancer"; of the Network Load Balancer."""


@dataclass(frozen=True)
class Span:
    """Periods on the clock, from `start` to before `end`."""

    start: datetime
    end: datetime
    period_seconds: int = 60

    def __iter__(self) -> Iterator[int]:
        return iter(
            range(int(self.start.timestamp()), int(self.end.timestamp()), self.period_seconds)
        )


def on_the_clock(moment: datetime, seconds: int, *, up: bool = False) -> datetime:
    """Return the moment rounded to a period on the clock."""
    over = timedelta(seconds=moment.timestamp() % seconds)
    return moment + (timedelta(seconds=seconds) - over) if up and over else moment - over


class TrafficQueries:
    """The series of both sides that one count needs, and the count from their points."""

    def __init__(
        self,
        running: Mapping[Side, RunningSide],
        requests: Sequence[Metric],
        errors: Sequence[Metric],
        period_seconds: int = 60,
    ) -> None:
        self._keys = [
            (side, is_error, Query(metric, each.dimensions, period_seconds))
            for side, each in running.items()
            for is_error, metrics in ((False, requests), (True, errors))
            for metric in metrics
        ]

    @property
    def queries(self) -> list[Query]:
        return [query for *_, query in self._keys]

    def counts(self, points: Sequence[Points], span: Span) -> list[Minute]:
        """Return the counts of each period; a metric that is not reported is 0."""
        return [self._count(points, at) for at in span]

    def _count(self, points: Sequence[Points], at: int) -> Minute:
        sums = {(side, is_error): 0.0 for side in Side for is_error in (False, True)}
        for (side, is_error, _), found in zip(self._keys, points, strict=True):
            sums[side, is_error] += found.get(at, 0.0)
        ec2, fargate = Side.EC2, Side.FARGATE
        return Minute(
            *(round(sums[key]) for key in ((ec2, False), (ec2, True))),
            *(round(sums[key]) for key in ((fargate, False), (fargate, True))),
        )


def host_queries(
    running: Mapping[Side, RunningSide], balancer: LoadBalancerType
) -> Mapping[Side, Query]:
    """Return the query of each side's healthy tasks."""
    return {side: Query(HEALTHY_HOSTS[balancer], each.dimensions) for side, each in running.items()}


def latency_queries(
    running: Mapping[Side, RunningSide], percentile: Percentile
) -> Mapping[Side, Query]:
    """Return the query of each side's response times, a point a block."""
    metric, seconds = response_time(percentile.percent), percentile.block_minutes * 60
    return {side: Query(metric, each.dimensions, seconds) for side, each in running.items()}


def latency_pairs(
    percentile: Percentile,
    points: Mapping[Side, Points],
    minutes: Mapping[int, Minute],
    span: Span,
) -> list[Pair]:
    """Return a pair a block, in milliseconds; a side with too few requests for it has none."""
    pairs = []
    for at in span:
        inside = [
            minutes.get(at + 60 * minute, Minute()) for minute in range(percentile.block_minutes)
        ]
        requests = {
            Side.EC2: sum(minute.ec2_requests for minute in inside),
            Side.FARGATE: sum(minute.fargate_requests for minute in inside),
        }
        values = {
            side: points[side][at] * 1000
            if requests[side] >= percentile.least_samples and at in points[side]
            else None
            for side in Side
        }
        pairs.append(Pair(values[Side.EC2], values[Side.FARGATE]))
    return pairs
