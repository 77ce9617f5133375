"""The expressions that say when a schedule of EventBridge Scheduler fires, and when that is.

AWS: EventBridge Scheduler user guide, "Schedule types on EventBridge Scheduler". A cron expression
is read in the local time of its zone. A time that a clock change leaves out does not fire. A time
that comes twice fires once, the first time.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

FIRST_YEAR, LAST_YEAR = 1970, 2199
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = dict(zip(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), range(1, 8), strict=True))
_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}

_Days = Callable[[int, int], frozenset[int]]
"""Year and month -> the days of that month."""


@dataclass(frozen=True)
class Rate:
    """`rate(5 minutes)`: counted in elapsed time from the start, whatever the clocks do."""

    every: timedelta

    def between(
        self, after: datetime, until: datetime, *, zone: str, start: datetime
    ) -> Iterator[datetime]:
        """Yield the moments later than `after` up to `until`; the first is `start`."""
        passed = max(0, -(-(after - start) // self.every))
        moment = start + passed * self.every
        while moment <= until:
            if moment > after:
                yield moment
            moment += self.every


@dataclass(frozen=True)
class Once:
    """`at(2026-11-20T13:00:00)`, in the local time of its zone."""

    local: datetime

    def between(
        self, after: datetime, until: datetime, *, zone: str, start: datetime
    ) -> Iterator[datetime]:
        """Yield the moment if it is later than `after` and not later than `until`."""
        moment = self.local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if after < moment <= until:
            yield moment


@dataclass(frozen=True)
class Cron:
    """`cron(minutes hours day-of-month month day-of-week year)`."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: tuple[_Days, ...]
    months: frozenset[int]
    years: frozenset[int]

    def between(
        self, after: datetime, until: datetime, *, zone: str, start: datetime
    ) -> Iterator[datetime]:
        """Yield the moments later than `after` up to `until`, in UTC and in order."""
        local_zone = ZoneInfo(zone)
        day, last = after.astimezone(local_zone).date(), until.astimezone(local_zone).date()
        while day <= last:
            if self._is_on(day):
                for moment in _moments(self.hours, self.minutes, day, local_zone):
                    if after < moment <= until and moment >= start:
                        yield moment
            day += timedelta(days=1)

    def _is_on(self, day: date) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and any(day.day in days(day.year, day.month) for days in self.days)
        )


@lru_cache(maxsize=1024)  # whoever asks what is due asks again in the same day
def _moments(
    hours: frozenset[int], minutes: frozenset[int], day: date, zone: ZoneInfo
) -> tuple[datetime, ...]:
    """Return the moments of a local day, in UTC and in order."""
    times = (
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        for hour in hours
        for minute in minutes
    )
    # A local time that the clocks leave out is another one when it is read back.
    moments = {local: local.astimezone(UTC) for local in times}
    return tuple(
        sorted(
            moment
            for local, moment in moments.items()
            if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
        )
    )


ScheduleExpression = Cron | Rate | Once


@cache
def parse(text: str) -> ScheduleExpression:
    """Return the expression. Raises ValueError with what is allowed."""
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", text)
    if match is None:
        raise ValueError("cron(...), rate(...) or at(...)")
    kind, inner = match.groups()
    readers: dict[str, Callable[[str], ScheduleExpression]] = {
        "cron": _cron,
        "rate": _rate,
        "at": _once,
    }
    return readers[kind](inner)


def is_zone(name: str) -> bool:
    """Return whether the IANA database has a zone of this name."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # looks into a thousand files


def _rate(text: str) -> Rate:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)s?", text)
    if match is None:
        raise ValueError("rate(VALUE UNIT) with minutes, hours or days")
    return Rate(timedelta(seconds=int(match[1]) * _SECONDS[match[2]]))


def _once(text: str) -> Once:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", text):
        raise ValueError("at(yyyy-mm-ddThh:mm:ss)")
    return Once(datetime.fromisoformat(text))


def _cron(text: str) -> Cron:
    fields = text.split()
    if len(fields) != 6:
        raise ValueError("six fields: minutes, hours, day of month, month, day of week, year")
    minutes, hours, of_month, month, of_week, years = fields
    if (of_month == "?") == (of_week == "?"):
        raise ValueError("? in one of day of month and day of week, and only in one")
    return Cron(
        minutes=_numbers(minutes, 0, 59),
        hours=_numbers(hours, 0, 23),
        days=_days(of_month, _day_of_month) if of_week == "?" else _days(of_week, _day_of_week),
        months=_numbers(month, 1, 12, _MONTHS),
        years=_numbers(years, FIRST_YEAR, LAST_YEAR),
    )


def _days(field: str, read: Callable[[str], _Days]) -> tuple[_Days, ...]:
    return tuple(read(part) for part in field.split(","))


def _day_of_month(part: str) -> _Days:
    if part == "L":
        return lambda year, month: frozenset({_length(year, month)})
    if part == "LW":
        return lambda year, month: frozenset({_nearest_weekday(year, month, _length(year, month))})
    if match := re.fullmatch(r"(\d{1,2})W", part):
        [wanted] = _numbers(match[1], 1, 31)
        return lambda year, month: (
            frozenset({_nearest_weekday(year, month, wanted)})
            if wanted <= _length(year, month)
            else frozenset()
        )
    days = _numbers(part, 1, 31)
    return lambda year, month: days


def _day_of_week(part: str) -> _Days:
    if part == "L":
        part = "SAT"
    if match := re.fullmatch(r"([1-7]|[A-Z]{3})L", part):
        [weekday] = _numbers(match[1], 1, 7, _WEEKDAYS)
        return lambda year, month: frozenset(_on_weekday(year, month, weekday)[-1:])
    if match := re.fullmatch(r"([1-7]|[A-Z]{3})#([1-5])", part):
        [weekday] = _numbers(match[1], 1, 7, _WEEKDAYS)
        nth = int(match[2])
        return lambda year, month: frozenset(_on_weekday(year, month, weekday)[nth - 1 : nth])
    weekdays = _numbers(part, 1, 7, _WEEKDAYS)

    @cache
    def days(year: int, month: int) -> frozenset[int]:
        return frozenset(day for each in weekdays for day in _on_weekday(year, month, each))

    return days


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _on_weekday(year: int, month: int, weekday: int) -> range:
    """Return the days of the month on a weekday, from 1 for Sunday to 7 for Saturday."""
    first = date(year, month, 1).isoweekday() % 7 + 1
    return range(1 + (weekday - first) % 7, _length(year, month) + 1, 7)


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Return the working day nearest to a day, in the same month."""
    match date(year, month, day).isoweekday():
        case 6:
            return day - 1 if day > 1 else day + 2
        case 7:
            return day + 1 if day < _length(year, month) else day - 2
    return day


def _numbers(
    field: str, first: int, last: int, words: dict[str, int] | None = None
) -> frozenset[int]:
    """Return the numbers of a field of lists, ranges and steps. Raises ValueError."""
    numbers: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if match is None:
            raise ValueError(f"numbers from {first} to {last} where it has {part!r}")
        start, end, step = match.groups()
        if start == "*":
            low, high = first, last
        else:
            low = _number(start, first, last, words)
            high = _number(end, first, last, words) if end else (last if step else low)
        if (start == "*" and end) or step == "0" or low > high:
            raise ValueError(f"a range from the lower to the higher number where it has {part!r}")
        numbers.update(range(low, high + 1, int(step or 1)))
    return frozenset(numbers)


def _number(text: str, first: int, last: int, words: dict[str, int] | None) -> int:
    number = int(text) if text.isdigit() else (words or {}).get(text, last + 1)
    if not first <= number <= last:
        raise ValueError(f"numbers from {first} to {last} where it has {text!r}")
    return number
