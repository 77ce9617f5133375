"""The total of requests that a block would usually have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from statistics import median

from pay.model.judging.dip import LEAST_EXPECTED, TotalBlock
from pay.model.stage.dwell import LOCAL_ZONE, is_bank_holiday
from rollout.measure.span import LONG_PERIOD_SECONDS, Span, on_the_clock

WEEKS = 4
LEVEL_BEFORE = timedelta(hours=2)
LEVEL_GAP = timedelta(minutes=10)
"""The newest minutes are not part of the level. A dip would explain itself."""
LONGEST_LOOK_BACK = timedelta(weeks=WEEKS) + LEVEL_BEFORE + timedelta(hours=2)
"""With an hour for a change of the clocks, and one to round."""
BLOCK_MINUTES = (5, 15, 60)

Totals = Mapping[int, float]
"""The start of 5 minutes -> the requests of both sides. Minutes of which nothing was reported are
not in it, because nobody knows their requests."""


def usual(totals: Totals, at: int) -> float | None:
    """Return the median of the same local time in the weeks before; None when none has data.

    Bank holidays are left out.
    """
    moment = datetime.fromtimestamp(at, LOCAL_ZONE).replace(tzinfo=None)
    values = []
    for week in range(1, WEEKS + 1):
        before = moment - timedelta(weeks=week)
        if is_bank_holiday(before.date()):
            continue
        same = int(before.replace(tzinfo=LOCAL_ZONE).timestamp())
        if same in totals:
            values.append(totals[same])
    return median(values) if values else None


def blocks(totals: Totals, span: Span) -> tuple[list[TotalBlock], int]:
    """Return the blocks of a span with what was observed and expected, and their minutes.

    Raises LookupError when no week before has data.
    """
    first = int(on_the_clock(span.start - LEVEL_BEFORE, LONG_PERIOD_SECONDS).timestamp())
    expected = {
        at: usual(totals, at) for at in range(first, int(span.end.timestamp()), LONG_PERIOD_SECONDS)
    }
    known = [value for value in expected.values() if value is not None]
    if not known:
        raise LookupError("no week before has metrics")
    # The first hour decides. A choice by all of them would change with the time of day. A dip of
    # the night would be lost by noon.
    hour = int((span.start + timedelta(hours=1)).timestamp())
    early = [value for at, value in expected.items() if value is not None and at < hour]
    minutes = _block_minutes(median(early or known))
    length = minutes * 60
    start = -(-int(span.start.timestamp()) // length) * length
    each = [
        _block(totals, expected, at, length)
        for at in range(start, int(span.end.timestamp()) - length + 1, length)
    ]
    return list(_with_thin_ones_joined(each, BLOCK_MINUTES[-1] // minutes)), minutes


def _with_thin_ones_joined(each: Iterable[TotalBlock], most: int) -> Iterator[TotalBlock]:
    """Yield the blocks. Up to `most` of those that expect too few requests, as at night, are joined
    in their last one. What is expected decides, and never what came.
    """
    nothing = TotalBlock(0.0, 0.0)
    joined, count = nothing, 0
    for block in each:
        joined = TotalBlock(joined.observed + block.observed, joined.expected + block.expected)
        count += 1
        if joined.counts or count == most:
            yield joined
            joined, count = nothing, 0
        else:
            yield nothing


def _block_minutes(usual_total: float) -> int:
    """Return the shortest block that is expected to have enough requests."""
    for minutes in BLOCK_MINUTES:
        if usual_total * minutes * 60 / LONG_PERIOD_SECONDS >= LEAST_EXPECTED:
            return minutes
    return BLOCK_MINUTES[-1]


def _block(
    totals: Totals, expected: Mapping[int, float | None], at: int, length: int
) -> TotalBlock:
    level_start = at - int(LEVEL_BEFORE.total_seconds())
    before = range(level_start, at - int(LEVEL_GAP.total_seconds()), LONG_PERIOD_SECONDS)
    usual_before, seen_before = _sums(totals, expected, before)
    usual_now, seen_now = _sums(totals, expected, range(at, at + length, LONG_PERIOD_SECONDS))
    level = seen_before / usual_before if usual_before else 1.0
    return TotalBlock(seen_now, usual_now * level)


def _sums(
    totals: Totals, expected: Mapping[int, float | None], periods: Sequence[int]
) -> tuple[float, float]:
    """Return the expected and the observed requests of the periods in which both are known."""
    known = [
        (value, totals[at])
        for at in periods
        if at in totals and (value := expected.get(at)) is not None
    ]
    return sum(value for value, _ in known), sum(seen for _, seen in known)


def minutes_without(holiday: date, end: datetime, longest: timedelta) -> float:
    """Return how long after `end` a window of at most `longest` no longer has the holiday in it.
    The service stays as it is meanwhile.
    """
    after = datetime.combine(holiday + timedelta(days=1), time(), LOCAL_ZONE)
    return (after + longest - end).total_seconds() / 60


def bank_holidays(span: Span) -> list[date]:
    """Return the bank holidays within a span, by local time."""
    day, last = (moment.astimezone(LOCAL_ZONE).date() for moment in (span.start, span.end))
    days = [day + timedelta(days=number) for number in range((last - day).days + 1)]
    return [each for each in days if is_bank_holiday(each)]
