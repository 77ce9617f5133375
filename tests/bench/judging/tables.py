"""The tables, each from the product's own rules on simulated days."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import product
from random import Random
from statistics import mean, median

from pay.model.judging.dip import judge_dip
from pay.model.judging.errors import judge_errors
from pay.model.judging.latency import choose_percentile, judge_latency
from pay.model.judging.part import Verdict
from pay.model.judging.rates import needed_requests
from pay.model.stage.dwell import LOCAL_ZONE, is_bank_holiday
from rollout.measure.expected import blocks
from rollout.measure.span import Span
from tests.bench.judging import reference
from tests.bench.judging.days import DAY, Service, response_times, totals
from tests.bench.judging.reference import Range

RATES = (0.2, 1.0, 10.0, 50.0)
SHARES = (0.05, 0.25, 0.5, 0.75)
NEVER = float("inf")


@dataclass(frozen=True)
class Row:
    """A figure beside its reference."""

    table: str
    what: str
    unit: str
    value: float
    expected: Range

    @property
    def holds(self) -> bool:
        return self.expected.holds(self.value)


@dataclass(frozen=True)
class Runs:
    """How many days a cell gets, and which processes simulate them side by side."""

    pool: Executor
    times: int

    def each(
        self, cell: Callable[[int], float | None], times: int | None = None
    ) -> list[float | None]:
        """Return what a cell gives for each seed."""
        return list(self.pool.map(cell, range(times or self.times), chunksize=4))


def _fails_at(service: Service, kind: str, seed: int) -> float | None:
    random = Random(f"{service}{kind}{seed}")
    day = getattr(service, kind)(random)
    return judge_errors(day, service.share).fail_minute


def _passes_at(service: Service, seed: int) -> float:
    """Return the minute of the first PASS of a day, looked at every quarter of an hour."""
    day = service.independent(Random(f"{service}{seed}"))
    for minute in range(60, DAY + 1, 15):
        if judge_errors(day[:minute], service.share).verdict is Verdict.PASS:
            return minute
    return NEVER


def false_alarms(runs: Runs) -> Iterator[Row]:
    """Days without a fault that fail, looked at every minute."""
    table = "B1 false alarms in a day, one look a minute"
    for kind, shares, rates, errors in (
        ("independent", SHARES, RATES, (0.0005, 0.001, 0.005)),
        ("clustered", SHARES[:3], (1.0, 10.0), (0.001,)),
        ("shocked", SHARES[:3], (1.0, 10.0), (0.001,)),
    ):
        cells = [
            mean(f is not None for f in runs.each(partial(_fails_at, Service(*cell), kind)))
            for cell in product(rates, shares, errors)
        ]
        expected = reference.FALSE_ALARMS[kind]
        yield Row(table, f"{kind}, mean of {len(cells)} cells", "%", 100 * mean(cells), expected)


def found(runs: Runs) -> Iterator[Row]:
    """Days with a fault: whether it is found, and when."""
    table = "B3 a fault in a day, 0.1 % of errors on EC2"
    for rate, share, times in product(RATES, SHARES, (5.0, 20.0)):
        minutes = runs.each(partial(_fails_at, Service(rate, share, 0.001, times), "independent"))
        cell, what = (rate, share, times), f"{times:g}x at {rate:g} a second, {share:.0%}"
        if expected := reference.FOUND.get(cell):
            caught = mean(minute is not None for minute in minutes)
            yield Row(table, f"{what}: found", "%", 100 * caught, expected)
        if expected := reference.MINUTES.get(cell):
            value = median(NEVER if minute is None else minute for minute in minutes)
            yield Row(table, f"{what}: median", "min", value, expected)


def passes(runs: Runs) -> Iterator[Row]:
    """Days without a fault: when they pass, and the requests that it takes."""
    table = "B3 PASS of a healthy side, 0.1 % of errors"
    for (rate, share), expected in reference.PASSES.items():
        # The judge is asked many times a day, so the days are fewer.
        service = Service(rate, share, 0.001)
        minutes = runs.each(partial(_passes_at, service), max(8, runs.times // 5))
        passed = [minute for minute in minutes if minute is not None and minute < NEVER]
        what = f"{rate:g} a second, {share:.0%}"
        yield Row(table, f"{what}: median", "min", median(passed), expected.minutes)
        if expected.percent:
            by_then = 100 * len(passed) / len(minutes)
            yield Row(table, f"{what}: by 24 h", "%", by_then, expected.percent)
    table = "B3 requests that a PASS needs"
    for limit, requests in reference.NEEDED.items():
        for errors, known in zip(reference.ERRORS, requests, strict=True):
            value = needed_requests(errors, limit)
            what = f"{limit:.1%} with {errors} errors"
            yield Row(table, what, "", value, Range(known, known, 1))


def _latency(service: Service, ratio: float, seed: int) -> tuple[float | None, float]:
    """Return the minutes of FAIL and of the first PASS in a day."""
    smaller = 60 * service.requests_a_second * min(service.share, 1 - service.share)
    percentile = choose_percentile(smaller)
    if percentile is None:
        return None, NEVER
    pairs = response_times(Random(f"{service}{ratio}{seed}"), service, percentile, ratio)
    length = percentile.block_minutes
    failed = judge_latency(pairs, block_minutes=length).fail_minute
    for end in range(1, len(pairs) + 1):
        if judge_latency(pairs[:end], block_minutes=length).verdict is Verdict.PASS:
            return failed, end * length
        if end > 60:
            break
    return failed, NEVER


def _slow_fails(service: Service, ratio: float, seed: int) -> float | None:
    return _latency(service, ratio, seed)[0]


def _slow_passes(service: Service, ratio: float, seed: int) -> float:
    return _latency(service, ratio, seed)[1]


def slower(runs: Runs) -> Iterator[Row]:
    """Days on which Fargate takes longer, or does not."""
    table = "B4 response times, one look a block"
    services = [Service(rate, share, 0) for rate, share in product(RATES, SHARES[:3])]
    slowest, others = services[0], services[1:]
    for ratio, expected in reference.SLOWER_FAILS.items():
        cells = [
            mean(f is not None for f in runs.each(partial(_slow_fails, each, ratio)))
            for each in others
        ]
        yield Row(table, f"{ratio:g}x: FAIL, mean of cells", "%", 100 * mean(cells), expected)
    for ratio, expected in reference.SLOWER_PASSES.items():
        yield from _ends(table, f"{ratio:g}x: PASS", others, expected, ratio, runs, _slow_passes)
    for ratio, expected in reference.SLOWER_MINUTES.items():
        yield from _ends(table, f"{ratio:g}x: FAIL", others, expected, ratio, runs, _slow_fails)
    late = _median(runs.each(partial(_slow_fails, slowest, 2.0)))
    yield Row(table, "2x at 0.2 a second, 5%: FAIL", "min", late, Range(660, 660, 200))


def _ends(
    table: str,
    what: str,
    services: Sequence[Service],
    expected: Range,
    ratio: float,
    runs: Runs,
    judge: Callable[[Service, float, int], float | None],
) -> Iterator[Row]:
    """Yield the fastest and the slowest cell."""
    cells = [_median(runs.each(partial(judge, each, ratio))) for each in services]
    yield Row(table, f"{what}, the fastest cell", "min", min(cells), expected)
    yield Row(table, f"{what}, the slowest cell", "min", max(cells), expected)


def _median(values: Iterable[float | None]) -> float:
    return median(NEVER if value is None else value for value in values)


def _dip(requests_a_second: float, lost: float, on_holiday: bool, seed: int) -> float | None:
    """Return how many minutes after a loss the total fails; None: not within three hours."""
    random = Random(f"{requests_a_second}{lost}{on_holiday}{seed}")
    day = _day(random, on_holiday)
    begins = day + timedelta(hours=random.randrange(9, 20))
    seen = totals(random, requests_a_second * (0.6 if on_holiday else 1), day, begins, lost)
    if on_holiday:
        # Only the holiday itself is quieter.
        seen |= {
            at: count / 0.6 for at, count in seen.items() if at < int(day.timestamp()) - 86_400
        }
    start = day if lost == 0 else begins - timedelta(hours=4)
    end = day + timedelta(hours=23) if lost == 0 else begins + timedelta(hours=3)
    totalled, minutes = blocks(seen, Span(max(day, start), min(end, day + timedelta(hours=24))))
    failed = judge_dip(totalled, block_minutes=minutes).fail_minute
    if failed is None:
        return None
    return failed - (begins - max(day, start)).total_seconds() / 60


def _day(random: Random, is_holiday: bool) -> datetime:
    """Return a local midnight of the year, a bank holiday or not."""
    while True:
        day = datetime(2026, 1, 1, tzinfo=LOCAL_ZONE) + timedelta(days=random.randrange(365))
        day = day.replace(hour=0)
        if is_bank_holiday(day.date()) is is_holiday:
            return day


def dips(runs: Runs) -> Iterator[Row]:
    """Days on which a part of the total is lost."""
    table = "B5 dips of the total"
    for lost, expected in reference.DIPS.items():
        minutes = [m for rate in (1.0, 10.0) for m in runs.each(partial(_dip, rate, lost, False))]
        what = f"{lost:.0%} lost: FAIL within 3 h" if lost else "nothing lost: FAIL in a day"
        yield Row(table, what, "%", 100 * mean(m is not None for m in minutes), expected)
        if lost == 0.5:
            value = _median(minutes)
            yield Row(table, "50% lost: median", "min", value, reference.DIP_MINUTES)
    holidays = runs.each(partial(_dip, 10.0, 0.0, True))
    value = 100 * mean(minute is not None for minute in holidays)
    yield Row(table, "a bank holiday, by the total alone", "%", value, reference.HOLIDAYS)


TABLES = (false_alarms, found, passes, slower, dips)
