"""The sleep of an environment: of its services, its databases, its alarms and its canaries."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from pay.model.base import Model
from pay.model.environment.clocks import unknown_zone
from pay.model.environment.wakes import (
    ALARM_LAG,
    DATABASE_LAG,
    DATABASE_LEAD,
    EVERY_DAY,
    PATTERN,
    WORDS,
    Instant,
    PartKind,
    Wake,
    read,
)
from pay.model.problem import Problem

LONGEST_STOP = timedelta(days=7)
"""RDS starts an instance by itself after so long a stop, and it then runs unseen. AWS: RDS user
guide, "Stopping an Amazon RDS DB instance temporarily"."""

LOOKED_AT = (datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC))
"""A year with both clock changes, and the weeks after it. Any year will do, because zones change
their clocks on the same weekday of each."""

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

WakeText = Annotated[str, Field(pattern=PATTERN, description=WORDS)]


@lru_cache(maxsize=100)
def _spans_of_a_year(wake: Wake) -> tuple[tuple[datetime, datetime], ...]:
    """Return what `Wake.spans` yields for `LOOKED_AT`: 13 ms, at each reading of a file."""
    return tuple(wake.spans(*LOOKED_AT))


class Sleep(Model):
    """The times when the environment wakes; at all other times it sleeps."""

    timezone: str
    """The zone of the times that do not say UTC, for example Europe/London."""
    nightly: WakeText | None = None
    """Each day: `23:00 for 4h`; left out: on some days, or by `pay wake` alone."""
    wakes: tuple[WakeText, ...] = ()
    """On days of the week: `Sun 03:15 UTC for 95m databases`. With `databases` they alone start, so
    that RDS never starts them by itself."""

    @cached_property
    def planned(self) -> tuple[Wake, ...]:
        """Return every planned wake, the nightly one first."""
        return tuple(read(key, text, self.timezone) for key, text in self._texts)

    @cached_property
    def _spans(self) -> list[tuple[datetime, datetime, Wake]]:
        """Return when databases start and stop in a year, and of which wake."""
        spans = ((*span, wake) for wake in self.planned for span in _spans_of_a_year(wake))
        return sorted(spans, key=lambda span: span[:2])

    @property
    def _texts(self) -> list[tuple[str, str]]:
        """Return each text with its key."""
        nightly = [("nightly", self.nightly)] if self.nightly else []
        return [*nightly, *((f"wakes[{n}]", text) for n, text in enumerate(self.wakes))]

    @property
    def awake_a_week(self) -> timedelta:
        """Return how long services are awake in a week by the plan; planned wakes never overlap."""
        spans = (
            each.length * len(each.start.days) for each in self.planned if not each.databases_only
        )
        return sum(spans, timedelta())

    @property
    def databases_awake_a_week(self) -> timedelta:
        """Return how long databases run in a week by the plan, before and after services, too."""
        around = DATABASE_LEAD + DATABASE_LAG
        spans = (
            (each.length + (timedelta() if each.databases_only else around)) * len(each.start.days)
            for each in self.planned
        )
        return sum(spans, timedelta())

    def problems(self) -> Iterator[Problem]:
        if unknown := unknown_zone("timezone", self.timezone):
            yield unknown
            return
        unreadable = [*self._unreadable()]
        yield from unreadable
        if unreadable:
            return
        late = [problem for wake in self.planned for problem in _clock_problems(wake)]
        yield from late or (*self._overlaps(), *self._stopped_too_long())

    def _unreadable(self) -> Iterator[Problem]:
        for key, text in self._texts:
            has_days = text[:1].isalpha()
            if has_days is (key == "nightly"):
                allowed = "no days: it is each night's" if has_days else "days first: Sun 03:15 ..."
                yield Problem(key=key, found=text, allowed=allowed)
                continue
            try:
                read(key, text, self.timezone)
            except ValueError as error:
                yield Problem(key=key, found=text, allowed=str(error))

    def _overlaps(self) -> Iterator[Problem]:
        """Refuse overlapping wakes: the end of one stops everything, also what another one has
        started.
        """
        seen: set[frozenset[str]] = set()
        for (_, end, one), (begin, _, other) in pairwise(self._spans):
            if begin < end and (pair := frozenset({one.key, other.key})) not in seen:
                seen.add(pair)
                yield Problem(
                    key=other.key,
                    found=f"{other.text}, whose databases start at {other.databases_start.time} "
                    f"while {one.key} ({one.text}) goes on",
                    allowed="one wake after the other: the end of each stops everything",
                    fix="make one of them longer instead",
                )

    def _stopped_too_long(self) -> Iterator[Problem]:
        stops = [(begin - end, end) for (_, end, _), (begin, _, _) in pairwise(self._spans)]
        longest, since = max(stops, default=(None, None))
        if longest is None or since is None:
            gap = "no planned wake"
        elif longest >= LONGEST_STOP:
            gap = f"databases stopped for {longest / timedelta(hours=1):g} hours at a time"
        else:
            return
        yield Problem(
            key="wakes",
            found=gap,
            allowed="starts of the databases less than 7 days after their stop: RDS would start "
            "them by itself, unseen",
            fix='add a wake, for example "Sun 03:15 UTC for 95m databases"',
        )

    def stops(self) -> tuple[Instant, ...]:
        """Return when everything is put to sleep, one for each wake. That is at its end, and as a
        backstop at that time of each other day without a wake. Where services wake too, databases
        that start alone are stopped at the end of their wake only.
        """
        return tuple(
            wake.end
            if wake.databases_only and self.wakes_services
            else wake.end.on(frozenset(self._days_to_stop(wake)))
            for wake in self.planned
        )

    @property
    def wakes_services(self) -> bool:
        """Return whether services ever wake by the plan."""
        return any(not wake.databases_only for wake in self.planned)

    def _days_to_stop(self, ending: Wake) -> Iterator[int]:
        for day in EVERY_DAY:
            stop = ending.end.on(frozenset({day}))
            if day in ending.end.days or not any(
                self._goes_on(moment) for moment in stop.between(*LOOKED_AT)
            ):
                yield day

    def _goes_on(self, moment: datetime) -> bool:
        """Return whether a wake goes on, its databases before its services."""
        return any(
            begin <= moment < end
            for wake in self.planned
            for begin, end in wake.spans(moment - 2 * DAY, moment)
        )

    def next_stop(self, now: datetime) -> datetime | None:
        """Return when everything is put to sleep next; None if never."""
        following = (next(stop.between(now, now + 8 * DAY), None) for stop in self.stops())
        return min(filter(None, following), default=None)

    def awake_until(self, now: datetime, kind: PartKind = PartKind.SERVICE) -> datetime | None:
        """Return the end of the current wake of such parts; None if they sleep by the plan."""
        for begin, end in self._hours(kind):
            starts = begin.between(now - 2 * DAY, now)
            ends = (next(end.between(start, start + 2 * DAY)) for start in starts)
            if until := next((each for each in ends if each > now), None):
                return until
        return None

    def next_wake(self, now: datetime, kind: PartKind = PartKind.SERVICE) -> datetime | None:
        """Return when such parts wake next by the plan; None if never."""
        following = (
            next(begin.between(now, now + 8 * DAY), None) for begin, _ in self._hours(kind)
        )
        return min(filter(None, following), default=None)

    def _hours(self, kind: PartKind) -> Iterator[tuple[Instant, Instant]]:
        return filter(None, (wake.hours(kind) for wake in self.planned))


def _clock_problems(wake: Wake) -> Iterator[Problem]:
    """Refuse times that a clock change leaves out or has twice. One that is left out never comes;
    of one that comes twice the first counts. AWS: EventBridge Scheduler user guide, "Daylight
    savings time on EventBridge Scheduler".
    """
    if times := sorted({each.time for each in wake.instants if each.meets_a_clock_change}):
        yield Problem(
            key=wake.key,
            found=f"{wake.text}, of which {' and '.join(times)} is in the hour of a clock change. "
            f"Databases start {DATABASE_LEAD // MINUTE} minutes before services and stop "
            f"{DATABASE_LAG // MINUTE} after them, alarms wait {ALARM_LAG // MINUTE}",
            allowed=f"times that the clocks of {wake.start.zone} never leave out or have twice",
            fix="move it, or write the time in UTC",
        )


def sleeping_problems(
    *,
    production: bool,
    makes_calls: bool,
    has_events: bool,
    nights: Mapping[str, int | None],
) -> Iterator[Problem]:
    """Yield what an environment that sleeps must not have. Nothing answers a call while it sleeps,
    and what raises bounds would wake a service. `nights`: service -> its `tasks.night`.
    """
    if production:
        yield Problem(
            key="sleep",
            found="times to sleep, and production = true",
            allowed="sleep where no real payment passes",
            fix="remove the table",
        )
    if makes_calls:
        yield Problem(
            key="tasks.schedules",
            found="true, in an environment that sleeps",
            allowed="false: nothing answers the calls while it sleeps",
        )
    if has_events:
        yield Problem(
            key="events",
            found="announced rises of demand, in an environment that sleeps",
            allowed="none: each would wake its services, and nothing else",
            fix="plan a wake in `sleep` instead",
        )
    for service, night in nights.items():
        if night is not None:
            yield Problem(
                key=f"services.{service}.tasks.night",
                found=f"{night}, in an environment that sleeps",
                allowed="no key `night`: the morning would wake the service, and nothing else",
            )
