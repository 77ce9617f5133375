"""The least time of a service at a stage, and whether a daily peak was within.

DNS moves new connections only, and not at once. Every weight needs the time in which the slowest
client follows it. Otherwise a measurement belongs to the weight before.
"""

from collections.abc import Container, Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pay.model.service.timing import CLIENT_KEEP_ALIVE_SECONDS, Timing
from pay.model.stage.rows import ROWS, Dwell
from pay.model.stage.stage import Ladder, Stage

PROPAGATION_SECONDS = 60
"""Until every Route 53 server answers with a change (Route 53 FAQ: "within 60 seconds")."""

ALIAS_TTL_SECONDS = 60
"""The TTL of an alias to a load balancer, which cannot be set (Route 53 FAQ, alias records)."""

CLIENT_DNS_CACHE_SECONDS = 30
"""The time for which a JVM without settings keeps an answer (networkaddress.cache.ttl)."""

SHORTEST_WEIGHTED_DWELL = timedelta(hours=1)
"""Enough one-minute data points to compare two series, at a weight that serves real requests."""

SOAK_DWELL = timedelta(days=7)
"""Seven days always hold the week's own peak and its batch jobs."""

LOCAL_ZONE = ZoneInfo("Europe/London")
"""The public pays by this clock, summer time included."""

PEAK_START = time(10)
PEAK_END = time(15)
"""The daily peak, local time, Monday to Friday. An assumption: the public record does not show when
payments peak. People pay in office hours, and call centres take cards then."""


def drain(timing: Timing) -> timedelta:
    """Return how long clients may still use the side that DNS has left. It sums Route 53's
    propagation, the answer's TTL, the client's cache, a kept-alive connection, a last request.
    """
    until_followed = PROPAGATION_SECONDS + ALIAS_TTL_SECONDS + CLIENT_DNS_CACHE_SECONDS
    until_closed = CLIENT_KEEP_ALIVE_SECONDS + timing.longest_request_seconds
    return timedelta(seconds=until_followed + until_closed)


def shortest_dwell(stage: Stage, timing: Timing) -> timedelta:
    """Return the shortest time at `stage` before a service moves forward."""
    match ROWS[stage].dwell:
        case Dwell.SOAK:
            return SOAK_DWELL
        case Dwell.WATCH:
            return max(SHORTEST_WEIGHTED_DWELL, drain(timing))
        case Dwell.DRAIN:
            return drain(timing)
        case Dwell.NOTHING:
            return timedelta(0)


@cache
def _bank_holidays() -> Container[date]:
    """Return the bank holidays of England, where the peak is, too. They are loaded when a peak is
    first asked for.
    """
    from holidays import country_holidays

    return country_holidays("GB", subdiv="ENG")


def is_bank_holiday(day: date) -> bool:
    """Return whether the day is a bank holiday in England."""
    return day in _bank_holidays()


def peak_of(day: date) -> tuple[datetime, datetime] | None:
    """Return the start and end of that day's peak; None at weekends and on bank holidays."""
    if day.weekday() >= 5 or is_bank_holiday(day):
        return None
    start, end = (datetime.combine(day, at, LOCAL_ZONE) for at in (PEAK_START, PEAK_END))
    return start, end


def holds_a_peak(start: datetime, end: datetime) -> bool:
    """Return whether a whole daily peak lies between two moments."""
    first, last = start.astimezone(LOCAL_ZONE).date(), end.astimezone(LOCAL_ZONE).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    peaks = (peak for day in days if (peak := peak_of(day)) is not None)
    return any(start <= begins and ends <= end for begins, ends in peaks)


def peak_stages(ladder: Ladder) -> frozenset[Stage]:
    """Return the stages whose daily peak counts, as Fargate serves enough and EC2 shares the load.
    They are `quarter` to `most`, or else the last stage before `cutover`.
    """
    counting = frozenset(stage for stage in ladder.rungs if ROWS[stage].counts_the_peak)
    return counting or frozenset({list(ladder.rungs)[-2]})


def has_seen_a_peak(ladder: Ladder, stays: Iterable[tuple[Stage, datetime, datetime]]) -> bool:
    """Return whether a service saw a whole daily peak at one of `peak_stages`. A stay is a stage
    with the moments of entering and leaving it.
    """
    counting = peak_stages(ladder)
    return any(stage in counting and holds_a_peak(start, end) for stage, start, end in stays)
