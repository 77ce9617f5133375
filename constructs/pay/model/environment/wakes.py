"""Times of the week at which an environment wakes, and how long it stays awake."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from pay.model.service.schedule_expression import parse

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
"""A week as EventBridge Scheduler counts it. AWS: EventBridge Scheduler user guide."""

EVERY_DAY = frozenset(range(7))

SHORTEST = timedelta(hours=1)
"""Of a wake of services: what wakes them may come late, and must not come after the stop."""

SHORTEST_OF_DATABASES = timedelta(minutes=15)

DATABASE_LEAD = timedelta(minutes=45)
"""The lead of databases over services, because a schedule cannot wait for them."""

DATABASE_LAG = timedelta(minutes=10)
"""The time by which databases stop after the end: services meanwhile finish their work and
drain."""

ALARM_LAG = timedelta(minutes=15)
"""The time after the start when alarms and canaries work again. Tasks are healthy by then."""

PATTERN = (
    r"^([A-Z][a-z]{2}(?:[,-][A-Z][a-z]{2})* )?([01][0-9]|2[0-3]):([0-5][0-9])( UTC)?"
    r" for (?:([0-9]{1,2})h)?(?:([0-9]{1,4})m)?( databases)?$"
)
"""Days, hour, minute, zone, hours, minutes, what wakes."""

WORDS = "a time and how long, such as 23:00 for 4h or Sun 03:15 UTC for 95m databases"

_YEARS = range(2027, 2037)
"""Any years: the rules of a zone are looked at, not days."""

_AFTER_SUNDAY = 1
"""The days by which Python's weekdays differ from `DAYS`."""


@dataclass(frozen=True)
class Instant:
    """A time of the week, by the clocks of a zone."""

    days: frozenset[int]
    """Positions in `DAYS`."""
    minute: int
    """Of the day."""
    zone: str

    def moved(self, by: timedelta) -> "Instant":
        """Return the instant so much later on clocks that do not change; it may be another day."""
        days, minute = divmod(self.minute + int(by.total_seconds()) // 60, 24 * 60)
        return Instant(frozenset((day + days) % 7 for day in self.days), minute, self.zone)

    def on(self, days: frozenset[int]) -> "Instant":
        return Instant(days, self.minute, self.zone)

    @property
    def time(self) -> str:
        """Return the time of day: `03:15`."""
        return f"{self.minute // 60:02}:{self.minute % 60:02}"

    @property
    def cron(self) -> str:
        """Return the expression in EventBridge Scheduler's words."""
        days = (
            "*" if len(self.days) == 7 else ",".join(DAYS[day].upper() for day in sorted(self.days))
        )
        return f"cron({self.minute % 60} {self.minute // 60} ? * {days} *)"

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield its moments later than `after` up to `until`, in UTC and in order."""
        yield from parse(self.cron).between(after, until, zone=self.zone, start=after)

    @property
    def meets_a_clock_change(self) -> bool:
        """Return whether it ever falls into an hour that the clocks leave out or have twice."""
        return any(
            day in self.days and first <= self.minute < last
            for day, first, last in _hours_of_change(self.zone)
        )


class PartKind(StrEnum):
    """The kinds of parts that sleep and wake."""

    DATABASE = "database"
    SERVICE = "service"
    ALARMS = "alarms"
    CANARY = "canary"


@dataclass(frozen=True)
class Wake:
    """A span of time in which the environment is awake."""

    key: str
    """Its key in the file."""
    text: str
    start: Instant
    length: timedelta
    databases_only: bool

    @property
    def end(self) -> Instant:
        return self.start.moved(self.length)

    @property
    def databases_start(self) -> Instant:
        """Return when its databases start: at once if nothing else wakes, else before the
        services."""
        return self.start if self.databases_only else self.start.moved(-DATABASE_LEAD)

    @property
    def databases_end(self) -> Instant:
        return self.end if self.databases_only else self.end.moved(DATABASE_LAG)

    def hours(self, kind: PartKind) -> tuple[Instant, Instant] | None:
        """Return when parts of a kind begin and end to be awake; None if they sleep on."""
        if kind is PartKind.DATABASE:
            return self.databases_start, self.databases_end
        if self.databases_only:
            return None
        lag = timedelta() if kind is PartKind.SERVICE else ALARM_LAG
        return self.start.moved(lag), self.end

    @property
    def instants(self) -> tuple[Instant, ...]:
        """Return every time at which something is done."""
        ends = (self.databases_start, self.start, self.end, self.databases_end)
        return ends if self.databases_only else (*ends, self.start.moved(ALARM_LAG))

    def spans(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield when its databases start and stop, for the starts between two moments."""
        for begin in self.databases_start.between(after, until):
            yield begin, next(self.databases_end.between(begin, begin + timedelta(days=2)))


def read(key: str, text: str, zone: str) -> Wake:
    """Return the wake that a text of `PATTERN` says; `zone` is that of a time without UTC.

    Raises ValueError with what is allowed for days that no week has, or a length that is no wake's.
    """
    match = re.fullmatch(PATTERN, text)
    if match is None:
        raise ValueError(WORDS)
    days, hour, minute, utc, hours, minutes, databases = match.groups()
    length = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    shortest = SHORTEST_OF_DATABASES if databases else SHORTEST
    if not shortest <= length < timedelta(days=1):
        fewest = shortest // timedelta(minutes=1)
        raise ValueError(f"from {fewest} minutes to less than a day")
    start = Instant(
        _days(days.strip()) if days else EVERY_DAY,
        int(hour) * 60 + int(minute),
        "UTC" if utc else zone,
    )
    return Wake(key, text, start, length, databases is not None)


def _days(text: str) -> frozenset[int]:
    """Return the days of `Sun`, `Mon-Fri` or `Mon,Thu`; `Sat-Mon` goes over the end of the week."""
    days: set[int] = set()
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or not set(ends) <= {*DAYS}:
            raise ValueError(f"days of {', '.join(DAYS)}, such as Sun, Mon-Fri or Mon,Thu")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days |= {day % 7 for day in range(first, last + (7 if last < first else 0) + 1)}
    return frozenset(days)


@cache
def _hours_of_change(zone: str) -> frozenset[tuple[int, int, int]]:
    """Return the day of the week, and the first and the last minute, of every hour of a clock
    change. The clocks of the zone leave it out or have it twice.
    """
    hours = set()
    local = ZoneInfo(zone)
    moment = datetime(_YEARS[0], 1, 1, tzinfo=UTC)
    step = timedelta(minutes=30)
    before = moment.astimezone(local).utcoffset() or timedelta()
    while moment.year in _YEARS:
        following = moment + timedelta(days=1)
        after = following.astimezone(local).utcoffset() or timedelta()
        if after != before:
            while (moment.astimezone(local).utcoffset() or timedelta()) == before:
                moment += step
            wall = [(moment + offset).replace(tzinfo=None) for offset in (before, after)]
            first, last = min(wall), max(wall)
            minute = first.hour * 60 + first.minute
            day = (first.weekday() + _AFTER_SUNDAY) % 7
            hours.add((day, minute, minute + int((last - first).total_seconds()) // 60))
            before = after
        moment = following
    return frozenset(hours)
