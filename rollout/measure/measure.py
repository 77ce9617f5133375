"""Measures a service at its stage and judges it; only reads."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from botocore.exceptions import ClientError

from pay.model.alarms import alarms
from pay.model.judging.alarms import judge_alarms
from pay.model.judging.before import Before, Count, before, judge_errors_alone
from pay.model.judging.bursts import burst_rate
from pay.model.judging.closed import unless_closed
from pay.model.judging.database import judge_database
from pay.model.judging.dip import judge_dip
from pay.model.judging.errors import judge_client_errors, judge_errors
from pay.model.judging.hosts import HEARTBEATS_OF, judge_hosts
from pay.model.judging.latency import (
    LEAST_AN_HOUR,
    Percentile,
    judge_latency,
    percentile_of,
)
from pay.model.judging.minutes import Minute, total
from pay.model.judging.part import Part, Verdict
from pay.model.judging.queues import judge_queues
from pay.model.judging.share import judge_idle, judge_share
from pay.model.judging.verdict import overall
from pay.model.metrics import HEALTHY_HOSTS, response_time
from pay.model.stage.dwell import drain
from pay.model.stage.parts import PartName
from pay.model.vocabulary import Severity, Side
from rollout.aws.clients import Client
from rollout.measure import expected
from rollout.measure.asked import ServiceToJudge
from rollout.measure.cloudwatch import Query, Series, read
from rollout.measure.database import database_lines, database_queries
from rollout.measure.judgement import Judgement
from rollout.measure.queues import DeadLettersOf, queue_queries, queues, received_queues
from rollout.measure.running_side import read_alarms, read_running
from rollout.measure.span import LONG_PERIOD_SECONDS, WEEK, Span, on_the_clock
from rollout.measure.traffic import COUNTED, SideSeries, latency_pairs, side_queries
from rollout.measure.tunnels import TunnelSeries, tunnel_queries
from rollout.terminal.refusal import Failed

LAG = timedelta(minutes=5)
"""Load balancers send a minute up to 4 minutes late; an earlier look sees it half full."""
LONGEST_WINDOW = WEEK

EC2_ANSWERS = 0.05
"""EC2's least share of the requests in a period that counts. A straggler shows nothing."""


def judge(asked: ServiceToJudge, client: Client) -> Judgement:
    """Read what the parts of a stage need, and judge each; `asked` has parts.

    Raises Failed when CloudWatch, or a side, does not answer in full.
    """
    try:
        measured = _Measured(asked, client)
        parts = {name: measured.part(name) for name in PartName if name in asked.parts}
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an error")
        message = error.response.get("Error", {}).get("Message", "").rstrip(".")
        raise Failed(
            f"AWS answered {error.operation_name} with {code}: {message}. When it throttles, run "
            "it again in a minute. When it denies, give the role the right"
        ) from None
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


BY_REQUESTS = (PartName.DIP, PartName.SHARE)
"""The parts that ask whether requests arrive."""


class _Measured:
    """The metrics of a service over its stage, in two calls. One reads by five minutes, also the
    weeks before; the other reads by the minute. Each has what the stage's parts need.
    """

    def __init__(self, asked: ServiceToJudge, client: Client) -> None:
        self._asked, self._client = asked, client
        self._closures = asked.environment.closures_of(asked.service.name)
        self._counted = COUNTED[asked.service.load_balancer_type]
        self._hosts = HEALTHY_HOSTS[asked.service.load_balancer_type]
        self._running = read_running(asked.sides, client)
        end = on_the_clock(asked.at - LAG, 60)
        followed = asked.since + drain(asked.service.timing)
        deployed = (each.deployed_at for each in self._running.values())
        start = on_the_clock(max(followed, *deployed, end - LONGEST_WINDOW), 60, up=True)
        self.span = Span(min(start, end), end)

    def part(self, name: PartName) -> Part:
        judges: Mapping[PartName, Callable[[], Part]] = {
            PartName.ERRORS: self._errors,
            PartName.CLIENT_ERRORS: self._client_errors,
            PartName.LATENCY: self._latency,
            PartName.TUNNELS: self._tunnels,
            PartName.DIP: self._dip,
            PartName.SHARE: lambda: judge_share(self._minutes, self._asked.share),
            PartName.IDLE: lambda: judge_idle(self._minutes),
            PartName.QUEUES: lambda: judge_queues(
                queues(self._dead_letters, self.span, self._by_five.series)
            ),
            PartName.DATABASE: lambda: judge_database(
                database_lines(self._asked, self.span, self._by_five.series)
            ),
            PartName.HOSTS: self._healthy_hosts,
            PartName.ALARMS: self._alarms,
        }
        part = judges[name]()
        return unless_closed(part, self._closures, self.span.end) if name in BY_REQUESTS else part

    @cached_property
    def _by_minute(self) -> SideSeries:
        """Read all counts and response times of the stage, and the healthy tasks of at least the
        last minutes.
        """
        metrics = (
            *self._counted.requests,
            *self._counted.errors,
            *self._counted.client_errors,
            self._hosts,
        )
        queries = side_queries(self._running, metrics, 60)
        start = min(self.span.start, self.span.end - timedelta(minutes=HEARTBEATS_OF))
        if PartName.TUNNELS in self._asked.parts:
            queries += tunnel_queries(self._asked, 60)
        if self._percentile:
            length = self._percentile.block_minutes * 60
            times = response_time(self._percentile.percent)
            queries += side_queries(self._running, (times,), length)
            start = on_the_clock(start, length)
        return SideSeries(self._running, 60, self._read(queries, start, self.span.end))

    @cached_property
    def _by_five(self) -> SideSeries:
        """Read requests, errors and healthy tasks, tunnels, queues and the database, of the stage
        and of the weeks before.
        """
        metrics = (*self._counted.requests, *self._counted.errors, self._hosts)
        queries = side_queries(self._running, metrics, LONG_PERIOD_SECONDS)
        if PartName.TUNNELS in self._asked.parts:
            queries += tunnel_queries(self._asked, LONG_PERIOD_SECONDS)
        if PartName.QUEUES in self._asked.parts:
            queries += queue_queries(self._dead_letters)
        if PartName.DATABASE in self._asked.parts:
            queries += database_queries(self._asked)
        series = self._read(queries, self._weeks.start, self._weeks.end)
        return SideSeries(self._running, LONG_PERIOD_SECONDS, series)

    @cached_property
    def _dead_letters(self) -> DeadLettersOf:
        return received_queues(self._asked, self._client)

    @cached_property
    def _percentile(self) -> Percentile | None:
        """Return the percentile by which response times are compared. None: the parts have none, or
        requests are few.
        """
        if PartName.LATENCY not in self._asked.parts:
            return None
        whole = self.span.by(LONG_PERIOD_SECONDS)
        counts = self._by_five.counts(self._counted.requests, (), whole)
        return percentile_of(counts, LONG_PERIOD_SECONDS // 60)

    @property
    def _weeks(self) -> Span:
        start, end = (
            on_the_clock(moment, LONG_PERIOD_SECONDS)
            for moment in (self.span.start - expected.LONGEST_LOOK_BACK, self.span.end)
        )
        return Span(start, end, LONG_PERIOD_SECONDS)

    def _read(self, queries: list[Query], start: datetime, end: datetime) -> Series:
        return read(self._client("cloudwatch"), queries, start, end)

    @cached_property
    def _minutes(self) -> list[Minute]:
        return self._by_minute.counts(self._counted.requests, self._counted.errors, self.span)

    def _errors(self) -> Part:
        requests, errors = self._counted.requests, self._counted.errors
        return self._failures(
            self._minutes, lambda span: self._by_five.counts(requests, errors, span)
        )

    def _tunnels(self) -> Part:
        by_minute = TunnelSeries(self._asked, self._by_minute.series)
        by_five = TunnelSeries(self._asked, self._by_five.series)
        return self._failures(by_minute.counts(self.span), by_five.counts)

    def _failures(self, seen: list[Minute], by_five: Callable[[Span], list[Minute]]) -> Part:
        """Judge what failed in the stage; `by_five` counts it by 5 minutes of the weeks before."""
        start = on_the_clock(self.span.start, LONG_PERIOD_SECONDS)
        bursts = burst_rate(by_five(Span(start - WEEK, start, LONG_PERIOD_SECONDS)))
        if self._asked.is_alone:
            return judge_errors_alone(seen, self._last_week_of_ec2(by_five), burst_rate=bursts)
        return judge_errors(seen, self._asked.share, burst_rate=bursts)

    def _last_week_of_ec2(self, by_five: Callable[[Span], list[Minute]]) -> Before | None:
        """Return how EC2 did in the last week in which it answered. None if a month has no such
        week.
        """
        before_stage = Span(
            self._weeks.start,
            on_the_clock(self._asked.since, LONG_PERIOD_SECONDS),
            LONG_PERIOD_SECONDS,
        )
        answered = [
            Count(each.ec2_requests, each.ec2_errors)
            for each in by_five(before_stage)
            if each.ec2_requests > EC2_ANSWERS * (each.ec2_requests + each.fargate_requests)
        ]
        periods = int(WEEK.total_seconds()) // LONG_PERIOD_SECONDS
        return before(answered[-periods:])

    def _client_errors(self) -> Part:
        counted = self._counted
        refused = self._by_minute.counts(counted.requests, counted.client_errors, self.span)
        return judge_client_errors(refused, self._asked.share)

    def _latency(self) -> Part:
        percentile = self._percentile
        if percentile is None:
            seen = total(self._minutes)
            smaller = min(seen.ec2_requests, seen.fargate_requests)
            return Part(
                verdict=Verdict.NOT_ENOUGH_DATA,
                reason=f"few requests: {smaller:,} on the smaller side do not show a median",
                needs=f"{LEAST_AN_HOUR:.0f} requests an hour on the smaller side",
            )
        length = percentile.block_minutes * 60
        metric = response_time(percentile.percent)
        series = SideSeries(self._running, length, self._by_minute.series)
        by_minute = dict(zip(self.span, self._minutes, strict=True))
        points = {side: series.points(side, metric) for side in Side}
        # A block that still fills would change its vote.
        pairs = latency_pairs(percentile, points, by_minute, self.span.by(length))
        part = judge_latency(
            pairs,
            block_minutes=percentile.block_minutes,
            slower_by=self._asked.service.judging.slower_by,
        )
        what = f"p{percentile.percent} per {percentile.block_minutes} min"
        numbers = {**part.numbers, "percent": percentile.percent}
        return part.model_copy(update={"reason": f"{what}: {part.reason}", "numbers": numbers})

    def _dip(self) -> Part:
        if holidays := expected.bank_holidays(self.span):
            reason = f"{holidays[0]:%a %d %b} is a bank holiday: nobody knows what is usual"
            return Part(
                verdict=Verdict.NOT_ENOUGH_DATA,
                reason=reason,
                needs="a window without one",
                wait_minutes=expected.minutes_without(holidays[-1], self.span.end, LONGEST_WINDOW),
            )
        counts = self._by_five.counts(self._counted.requests, (), self._weeks)
        totals = {
            at: float(each.ec2_requests + each.fargate_requests)
            for at, each in zip(self._weeks, counts, strict=True)
            if self._is_reported(at)
            and not any(each.overlaps(at, LONG_PERIOD_SECONDS) for each in self._closures)
        }
        try:
            blocks, minutes = expected.blocks(totals, self.span)
        except LookupError as error:
            return Part(verdict=Verdict.NOT_ENOUGH_DATA, reason=str(error.args[0]))
        return judge_dip(blocks, block_minutes=minutes)

    def _is_reported(self, at: int) -> bool:
        """Return whether the requests of 5 minutes are known.

        A load balancer reports its healthy tasks also without requests. A side that reports neither
        may have had any number of them; before the stage it may not have existed.
        """
        reported = [at in periods for periods in self._reported]
        return all(reported) if at >= self.span.start.timestamp() else any(reported)

    @cached_property
    def _reported(self) -> tuple[frozenset[int], ...]:
        """Return for each side the starts of the 5 minutes of which it reports anything."""
        metrics = (*self._counted.requests, self._hosts)
        return tuple(
            frozenset().union(*(self._by_five.points(side, metric) for metric in metrics))
            for side in self._running
        )

    def _alarms(self) -> Part:
        still_see_before = {
            alarm.name
            for side in self._asked.sides.values()
            for alarm in alarms(side)
            if alarm.evaluation_periods * alarm.period_seconds > self.span.minutes * 60
        }
        ec2_warns = {
            alarm.name
            for alarm in alarms(self._asked.sides[Side.EC2])
            if alarm.severity is Severity.WARNING
        }
        ringing = read_alarms(self._asked.sides, self._client)
        return judge_alarms(ringing, still_see_before, ec2_warns=ec2_warns)

    def _healthy_hosts(self) -> Part:
        newest = Span(self.span.end - timedelta(minutes=HEARTBEATS_OF), self.span.end)
        healthy = {
            side: [self._by_minute.points(side, self._hosts).get(at) for at in newest]
            for side in self._asked.sides
        }
        needed = {name: side.needed_tasks for name, side in self._asked.sides.items()}
        return judge_hosts(healthy, needed)
