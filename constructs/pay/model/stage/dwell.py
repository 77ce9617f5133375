"""How long a service stays at a stage at least, and whether a daily peak was within.

DNS moves new connections only, and not at once: every weight needs the time in which the slowest
client follows it, or what is measured belongs to the weight before.
"""

from collections.abc import Container, Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pay.model.service.timing import CLIENT_KEEP_ALIVE_SECONDS, Timing
from pay.model.stage.stage import Ladder, Stage

PROPAGATION_SECONDS = 60
"""Until every Route 53 server answers with a change (Route 53 FAQ: "within 60 seconds")."""

ALIAS_TTL_SECONDS = 60
"""The TTL of an alias to a load balancer, which cannot be set (Route 53 FAQ, alias records)."""

CLIENT_DNS_CACHE_SECONDS = 30
"""How long a JVM without settings keeps an answer (networkaddress.cache.ttl)."""

SHORTEST_WEIGHTED_DWELL = timedelta(hours=1)
"""At a weight that serves real requests: enough one-minute data points to compare two series."""

SOAK_DWELL = timedelta(days=7)
"""Seven days always hold the week's own peak and its batch jobs."""

LOCAL_ZONE = ZoneInfo("Europe/London")
"""The public pays by this clock, summer time included."""

PEAK_START = time(10)
PEAK_END = time(15)
"""The daily peak, local time, Monday to Friday. An assumption: the public record does not show
when payments peak; office hours are when people pay and when call centres take cards."""

_WATCHED = frozenset({Stage.CANARY, Stage.QUARTER, Stage.HALF, Stage.MOST})
_DRAINED = frozenset({Stage.READY, Stage.CUTOVER, Stage.DETACHED})
_PEAK_STAGES = frozenset({Stage.QUARTER, Stage.HALF, Stage.MOST})


def drain(timing: Timing) -> timedelta:
    """How long clients may go on using the side that DNS has moved away from: Route 53's own
    propagation, the answer's TTL, the client's cache, a kept-alive connection, a last request.
    """
    return timedelta(
        seconds=PROPAGATION_SECONDS
        + ALIAS_TTL_SECONDS
        + CLIENT_DNS_CACHE_SECONDS
        + CLIENT_KEEP_ALIVE_SECONDS
        + timing.longest_request_seconds
    )


def shortest_dwell(stage: Stage, timing: Timing) -> timedelta:
    """How long a service stays at `stage` at least before it moves forward."""
    if stage is Stage.SOAK:
        return SOAK_DWELL
    if stage in _WATCHED:
        return max(SHORTEST_WEIGHTED_DWELL, drain(timing))
    if stage in _DRAINED:
        return drain(timing)
    return timedelta(0)


@cache
def _bank_holidays() -> Container[date]:
    """England's, like the peak itself; loaded when a peak is first asked for."""
    from holidays import country_holidays

    return country_holidays("GB", subdiv="ENG")


def peak_of(day: date) -> tuple[datetime, datetime] | None:
    """The start and end of that day's peak; None at the weekend and on a bank holiday."""
    if day.weekday() >= 5 or day in _bank_holidays():
        return None
    return (
        datetime.combine(day, PEAK_START, LOCAL_ZONE),
        datetime.combine(day, PEAK_END, LOCAL_ZONE),
    )


def holds_a_peak(start: datetime, end: datetime) -> bool:
    """Whether a whole daily peak lies between two moments."""
    first, last = start.astimezone(LOCAL_ZONE).date(), end.astimezone(LOCAL_ZONE).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    peaks = (peak for day in days if (peak := peak_of(day)) is not None)
    return any(start <= begins and ends <= end for begins, ends in peaks)


def peak_stages(ladder: Ladder) -> frozenset[Stage]:
    """Where a daily peak says something, because Fargate serves enough and EC2 still shares the
    load: `quarter` to `most`, or the last stage before `cutover` where a ladder has none of them.
    """
    return _PEAK_STAGES.intersection(ladder.rungs) or frozenset({list(ladder.rungs)[-2]})


def has_seen_a_peak(ladder: Ladder, stays: Iterable[tuple[Stage, datetime, datetime]]) -> bool:
    """Whether a service saw a whole daily peak at one of `peak_stages`; a stay is a stage with the
    moments of entering and leaving it.
    """
    telling = peak_stages(ladder)
    return any(stage in telling and holds_a_peak(start, end) for stage, start, end in stays)
