"""Measures a service at its stage and judges it; only reads."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property

from botocore.exceptions import ClientError

from pay.model.alarms import alarms
from pay.model.judging.alarms import judge_alarms
from pay.model.judging.before import Before, Count, before, judge_errors_alone
from pay.model.judging.bursts import burst_rate
from pay.model.judging.database import judge_database
from pay.model.judging.dip import judge_dip
from pay.model.judging.errors import judge_client_errors, judge_errors
from pay.model.judging.hosts import HEARTBEATS_OF, judge_hosts
from pay.model.judging.latency import LEAST_AN_HOUR, judge_latency, percentile_of
from pay.model.judging.minutes import Minute, total
from pay.model.judging.part import Part, Verdict
from pay.model.judging.queues import judge_queues
from pay.model.judging.share import judge_idle, judge_share
from pay.model.judging.verdict import overall
from pay.model.metrics import HEALTHY_HOSTS, Metric, response_time
from pay.model.stage.dwell import drain
from pay.model.stage.parts import PartName
from pay.model.vocabulary import Severity, Side
from rollout.aws.clients import Client
from rollout.measure import expected
from rollout.measure.asked import Asked
from rollout.measure.database import read_database
from rollout.measure.judgement import Judgement
from rollout.measure.queues import read_queues
from rollout.measure.running import read_alarms, read_running
from rollout.measure.span import LONG_PERIOD_SECONDS, WEEK, Span, on_the_clock
from rollout.measure.traffic import COUNTED, SideSeries, latency_pairs
from rollout.measure.tunnels import TunnelSeries
from rollout.terminal.refusal import Failed

LAG = timedelta(minutes=5)
"""Load balancers send a minute up to 4 minutes late; an earlier look sees it half full."""
LONGEST_WINDOW = WEEK

EC2_ANSWERS = 0.05
"""EC2's part of the requests in a period that tells how it does: a straggler tells nothing."""


def judge(asked: Asked, client: Client) -> Judgement:
    """Read what the parts of a stage need, and judge each; `asked` has parts.

    Raises Failed when CloudWatch, or a side, does not answer in full.
    """
    try:
        measured = _Measured(asked, client)
        parts = {name: measured.part(name) for name in PartName if name in asked.parts}
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "an error")
        raise Failed(
            f"AWS answered {error.operation_name} with {code}: "
            f"{error.response.get('Error', {}).get('Message', '')}; when it throttles, run it "
            "again in a minute; when it denies, give the role the right"
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


class _Measured:
    """The metrics of a service over its stage, each series read once, when a part needs it."""

    def __init__(self, asked: Asked, client: Client) -> None:
        self._asked, self._client = asked, client
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
                read_queues(self._asked, self.span, self._client)
            ),
            PartName.DATABASE: lambda: judge_database(
                read_database(self._asked, self.span, self._client("cloudwatch"))
            ),
            PartName.HOSTS: self._healthy_hosts,
            PartName.ALARMS: self._alarms,
        }
        return judges[name]()

    @cached_property
    def _by_minute(self) -> SideSeries:
        """All counts of the stage, and the healthy tasks of at least the last minutes."""
        metrics = (
            *self._counted.requests,
            *self._counted.errors,
            *self._counted.client_errors,
            self._hosts,
        )
        start = min(self.span.start, self.span.end - timedelta(minutes=HEARTBEATS_OF))
        return self._read(metrics, Span(start, self.span.end))

    @cached_property
    def _by_five(self) -> SideSeries:
        """Requests, errors and healthy tasks of the stage and of the weeks before."""
        metrics = (*self._counted.requests, *self._counted.errors, self._hosts)
        return self._read(metrics, self._weeks)

    @property
    def _weeks(self) -> Span:
        start, end = (
            on_the_clock(moment, LONG_PERIOD_SECONDS)
            for moment in (self.span.start - expected.LONGEST_LOOK_BACK, self.span.end)
        )
        return Span(start, end, LONG_PERIOD_SECONDS)

    def _read(self, metrics: tuple[Metric, ...], span: Span) -> SideSeries:
        return SideSeries(self._client("cloudwatch"), self._running, metrics, span)

    @cached_property
    def _minutes(self) -> list[Minute]:
        return self._by_minute.counts(self._counted.requests, self._counted.errors, self.span)

    def _errors(self) -> Part:
        requests, errors = self._counted.requests, self._counted.errors
        return self._failures(
            self._minutes, lambda span: self._by_five.counts(requests, errors, span)
        )

    def _tunnels(self) -> Part:
        cloudwatch = self._client("cloudwatch")
        by_minute = TunnelSeries(self._asked, self.span, cloudwatch)
        by_five = TunnelSeries(self._asked, self._weeks, cloudwatch)
        return self._failures(by_minute.counts(self.span), by_five.counts)

    def _failures(self, seen: list[Minute], by_five: Callable[[Span], list[Minute]]) -> Part:
        """Judge what failed in the stage; `by_five` counts it by 5 minutes of the weeks before."""
        start = on_the_clock(self.span.start, LONG_PERIOD_SECONDS)
        bursts = burst_rate(by_five(Span(start - WEEK, start, LONG_PERIOD_SECONDS)))
        if self._asked.is_alone:
            return judge_errors_alone(seen, self._last_week_of_ec2(by_five), burst_rate=bursts)
        return judge_errors(seen, self._asked.share, burst_rate=bursts)

    def _last_week_of_ec2(self, by_five: Callable[[Span], list[Minute]]) -> Before | None:
        """Return how EC2 did in the last week in which it answered; None: none of a month."""
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
        percentile = percentile_of(self._minutes)
        if percentile is None:
            seen = total(self._minutes)
            smaller = min(seen.ec2_requests, seen.fargate_requests)
            return Part(
                verdict=Verdict.NOT_ENOUGH_DATA,
                reason=f"few requests: {smaller:,} on the smaller side do not show a median",
                needs=f"{LEAST_AN_HOUR:.0f} requests an hour on the smaller side",
            )
        length = percentile.block_minutes * 60
        blocks = Span(on_the_clock(self.span.start, length, up=True), self.span.end, length)
        metric = response_time(percentile.percent)
        series = self._read((metric,), blocks)
        by_minute = dict(zip(self.span, self._minutes, strict=True))
        points = {side: series.points(side, metric) for side in Side}
        pairs = latency_pairs(percentile, points, by_minute, blocks)
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
        reported = [
            any(at in self._by_five.points(side, each) for each in self._counted.requests)
            or at in self._by_five.points(side, self._hosts)
            for side in self._running
        ]
        return all(reported) if at >= self.span.start.timestamp() else any(reported)

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
