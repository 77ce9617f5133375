"""Requests and errors of both sides, from the metrics of their load balancers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pay.model.judging.latency import Pair, Percentile
from pay.model.judging.minutes import Minute
from pay.model.metrics import CLIENT_ERROR_PERCENT, FAILED_PERCENT, Metric
from pay.model.vocabulary import LoadBalancerType, Side
from rollout.measure.cloudwatch import Points, Query, Series
from rollout.measure.running_side import RunningSide
from rollout.measure.span import Span


@dataclass(frozen=True)
class Counted:
    """The metrics that a load balancer counts its requests by."""

    requests: tuple[Metric, ...]
    errors: tuple[Metric, ...]
    client_errors: tuple[Metric, ...] = ()


COUNTED: Mapping[LoadBalancerType, Counted] = {
    kind: Counted(
        failed.whole,
        failed.part,
        CLIENT_ERROR_PERCENT.part if kind is LoadBalancerType.APPLICATION else (),
    )
    for kind, failed in FAILED_PERCENT.items()
}
"""The judge counts what the alarms do."""


def added(series: Iterable[Points]) -> Points:
    """Return the sum of each period that any of the series has."""
    first, *others = [*series] or [{}]
    sums = dict(first)
    for points in others:
        for at, value in points.items():
            sums[at] = sums.get(at, 0.0) + value
    return sums


@dataclass(frozen=True)
class SideSeries:
    """The series of both sides' load balancers, by periods of one length."""

    running: Mapping[Side, RunningSide]
    period_seconds: int
    series: Series
    """The series that was read, with what else was read beside it."""

    def points(self, side: Side, metric: Metric) -> Points:
        """Return the points of one metric."""
        return self.series[Query.of(metric, self.running[side].dimensions, self.period_seconds)]

    def counts(
        self, requests: Collection[Metric], errors: Collection[Metric], span: Span
    ) -> list[Minute]:
        """Return the counts of each period of a span; a metric that is not reported is 0."""
        series = [
            added(self.points(side, metric) for metric in metrics)
            for side in (Side.EC2, Side.FARGATE)
            for metrics in (requests, errors)
        ]
        return [Minute(*(round(each.get(at, 0.0)) for each in series)) for at in span]


def side_queries(
    running: Mapping[Side, RunningSide], metrics: Iterable[Metric], period_seconds: int
) -> list[Query]:
    """Return what SideSeries is read by."""
    return [
        Query.of(metric, each.dimensions, period_seconds)
        for metric in metrics
        for each in running.values()
    ]


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
