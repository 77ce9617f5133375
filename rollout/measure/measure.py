"""Measures a service at its stage and judges it; only reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from botocore.exceptions import ClientError

from pay.model import Environment, Microservice, Stage
from pay.model.judging.alarms import judge_alarms
from pay.model.judging.dip import judge_dip
from pay.model.judging.errors import burst_rate, judge_client_errors, judge_errors
from pay.model.judging.hosts import HEARTBEATS_OF, judge_hosts
from pay.model.judging.latency import choose_percentile, judge_latency
from pay.model.judging.minutes import Minute, total
from pay.model.judging.part import Part, Verdict
from pay.model.judging.share import judge_idle, judge_share
from pay.model.judging.verdict import HTTP_ONLY, PARTS, PartName, overall
from pay.model.metrics import HEALTHY_HOSTS, Metric
from pay.model.side import ServiceSide
from pay.model.stage.dwell import drain
from pay.model.stage.stage import FULL_WEIGHT
from pay.model.vocabulary import LoadBalancerType, Side
from rollout.aws.clients import Client
from rollout.measure import expected
from rollout.measure.cloudwatch import Query, read
from rollout.measure.judgement import Judgement
from rollout.measure.running import read_alarms, read_running
from rollout.measure.traffic import (
    COUNTED,
    Span,
    TrafficQueries,
    host_queries,
    latency_pairs,
    latency_queries,
    on_the_clock,
)
from rollout.terminal.refusal import Failed

LAG = timedelta(minutes=5)
"""Load balancers send a minute up to 4 minutes late; an earlier look sees it half full."""
LONGEST_WINDOW = timedelta(days=7)
BURST_DAYS = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """A service to judge, at a time."""

    environment: Environment
    service: Microservice
    since: datetime
    """When it reached its stage."""
    weights: str
    at: datetime

    @property
    def stage(self) -> Stage:
        return self.environment.services[self.service.name].stage

    @property
    def parts(self) -> frozenset[PartName]:
        """Return the parts that the stage and the load balancer have; empty: nothing to judge."""
        parts = PARTS.get(self.stage, frozenset())
        is_http = self.service.load_balancer_type is LoadBalancerType.APPLICATION
        return parts if is_http else parts - HTTP_ONLY

    @property
    def share(self) -> float:
        """Return Fargate's part of the requests, by the weights."""
        records = self.environment.ladder.records(self.stage)
        weights = {record.side: record.weight or 0 for record in records}
        return weights.get(Side.FARGATE, 0) / FULL_WEIGHT

    @cached_property
    def sides(self) -> Mapping[Side, ServiceSide]:
        return {side: ServiceSide(self.service, self.environment, side) for side in Side}


def judge(asked: Asked, client: Client) -> Judgement:
    """Read what the parts of a stage need, and judge each; `asked` has parts.

    Raises Failed when CloudWatch, or a side, does not answer in full.
    """
    try:
        return _judge(asked, client)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an error")
        raise Failed(
            f"AWS answered {error.operation_name} with {code}: "
            f"{error.response.get('Error', {}).get('Message', '')}; when it throttles, run it "
            "again in a minute; when it denies, give the role the right"
        ) from None


def _judge(asked: Asked, client: Client) -> Judgement:
    measured = _Measured(asked, client)
    judges: Mapping[PartName, Callable[[], Part]] = {
        PartName.ERRORS: measured.errors,
        PartName.CLIENT_ERRORS: measured.client_errors,
        PartName.LATENCY: measured.latency,
        PartName.DIP: measured.dip,
        PartName.SHARE: lambda: judge_share(measured.minutes, asked.share),
        PartName.IDLE: lambda: judge_idle(measured.minutes),
        PartName.HOSTS: measured.hosts,
        PartName.ALARMS: lambda: judge_alarms(read_alarms(asked.sides, client)),
    }
    parts = {name: judges[name]() for name in PartName if name in asked.parts}
    return Judgement(
        environment=asked.environment.name,
        service=asked.service.name,
        stage=asked.stage,
        weights=asked.weights,
        since=asked.since,
        start=measured.span.start,
        end=measured.span.end,
        parts=parts,
        verdict=overall(parts),
    )


class _Measured:
    """The metrics of a service over its stage, each read when a part first needs it."""

    def __init__(self, asked: Asked, client: Client) -> None:
        self._asked, self._cloudwatch = asked, client("cloudwatch")
        self._counted = COUNTED[asked.service.load_balancer_type]
        self._running = read_running(asked.sides, client)
        end = on_the_clock(asked.at - LAG, 60)
        followed = asked.since + drain(asked.service.timing)
        deployed = (each.deployed_at for each in self._running.values())
        start = on_the_clock(max(followed, *deployed, end - LONGEST_WINDOW), 60, up=True)
        self.span = Span(min(start, end), end)

    @cached_property
    def minutes(self) -> list[Minute]:
        return self._counts(self._counted.errors, self.span)

    def errors(self) -> Part:
        start = on_the_clock(self.span.start, expected.PERIOD_SECONDS)
        week = Span(start - BURST_DAYS, start, expected.PERIOD_SECONDS)
        bursts = burst_rate(self._counts(self._counted.errors, week))
        return judge_errors(self.minutes, self._asked.share, burst_rate=bursts)

    def client_errors(self) -> Part:
        refused = self._counts(self._counted.client_errors, self.span)
        return judge_client_errors(refused, self._asked.share)

    def latency(self) -> Part:
        seen = total(self.minutes)
        smaller = min(seen.ec2_requests, seen.fargate_requests)
        percentile = choose_percentile(smaller / len(self.minutes)) if self.minutes else None
        if percentile is None:
            return Part(
                verdict=Verdict.NOT_ENOUGH_DATA,
                reason=f"few requests: {smaller:,} on the smaller side do not show a median",
            )
        length = percentile.block_minutes * 60
        blocks = Span(on_the_clock(self.span.start, length, up=True), self.span.end, length)
        queries = latency_queries(self._running, percentile)
        points = read(self._cloudwatch, list(queries.values()), blocks.start, blocks.end)
        by_minute = dict(zip(self.span, self.minutes, strict=True))
        pairs = latency_pairs(
            percentile, dict(zip(queries, points, strict=True)), by_minute, blocks
        )
        part = judge_latency(pairs, block_minutes=percentile.block_minutes)
        what = f"p{percentile.percent} per {percentile.block_minutes} min"
        return part.model_copy(update={"reason": f"{what}: {part.reason}"})

    def dip(self) -> Part:
        if holidays := expected.bank_holidays(self.span):
            reason = f"{holidays[0]:%a %d %b} is a bank holiday: nobody knows what is usual"
            return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=reason)
        long = Span(
            on_the_clock(self.span.start - expected.LONGEST_LOOK_BACK, expected.PERIOD_SECONDS),
            on_the_clock(self.span.end, expected.PERIOD_SECONDS),
            expected.PERIOD_SECONDS,
        )
        try:
            blocks, minutes = expected.blocks(self._totals(long), self.span)
        except LookupError as error:
            return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=str(error.args[0]))
        return judge_dip(blocks, block_minutes=minutes)

    def hosts(self) -> Part:
        queries = host_queries(self._running, self._asked.service.load_balancer_type)
        newest = Span(self.span.end - timedelta(minutes=HEARTBEATS_OF), self.span.end)
        points = read(self._cloudwatch, list(queries.values()), newest.start, newest.end)
        healthy = {
            side: [found.get(at) for at in newest]
            for side, found in zip(queries, points, strict=True)
        }
        return judge_hosts(healthy, {s: side.needed_tasks for s, side in self._asked.sides.items()})

    def _totals(self, span: Span) -> expected.Totals:
        """Return the requests of both sides in each period of which they are known.

        A load balancer reports its healthy tasks also without requests. A side that reports neither
        may have had any number of them; before the stage it may not have existed.
        """
        hosts = HEALTHY_HOSTS[self._asked.service.load_balancer_type]
        keys = [
            (side, Query(metric, each.dimensions, span.period_seconds))
            for side, each in self._running.items()
            for metric in (*self._counted.requests, hosts)
        ]
        points = read(self._cloudwatch, [query for _, query in keys], span.start, span.end)
        totals: dict[int, float] = {}
        reported: dict[int, set[Side]] = {}
        for (side, query), found in zip(keys, points, strict=True):
            for at, value in found.items():
                totals[at] = totals.get(at, 0.0) + (0.0 if query.metric == hosts else value)
                reported.setdefault(at, set()).add(side)
        start = self.span.start.timestamp()
        return {
            at: total
            for at, total in totals.items()
            if at < start or len(reported[at]) == len(self._running)
        }

    def _counts(self, errors: Sequence[Metric], span: Span) -> list[Minute]:
        """Return requests and errors of each period; no call for a span without a period."""
        asked = TrafficQueries(self._running, self._counted.requests, errors, span.period_seconds)
        if span.start >= span.end:
            return []
        return asked.counts(read(self._cloudwatch, asked.queries, span.start, span.end), span)
