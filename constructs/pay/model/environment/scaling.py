"""The keys of an environment file that say how Fargate follows demand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import Field

from pay.model.base import Model
from pay.model.environment.clocks import is_once, is_once_every_day, unknown_zone
from pay.model.environment.moments import LocalMoment
from pay.model.problem import Problem
from pay.model.text_types import ServiceName
from pay.shown_text import quoted

LEAST_TARGET, MOST_TARGET = 20, 80
"""Per cent of CPU. Below 20 most of the bill is idle. Above 80 a step of scaling is a quarter at
most, because CPU is measured up to 100 (100/80)."""

MOST_REQUESTS_PER_TASK = 1_000_000

LONGEST_EVENT_DAYS = 7
"""A longer one is not an event: `tasks.min` says what always runs."""

_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")

CpuTarget = Annotated[
    int, Field(json_schema_extra={"minimum": LEAST_TARGET, "maximum": MOST_TARGET})
]


def _target_problems(cpu_target: int | None) -> Iterator[Problem]:
    if cpu_target is not None and not LEAST_TARGET <= cpu_target <= MOST_TARGET:
        allowed = f"{LEAST_TARGET} to {MOST_TARGET} per cent of CPU"
        yield Problem(key="cpu_target", found=str(cpu_target), allowed=allowed)


class Scaling(Model):
    """The settings by which all services of the environment follow demand, once Fargate may."""

    cpu_target: CpuTarget = 60
    """Per cent of CPU, on average over a service's tasks, above which tasks are added."""
    day: str = Field(default="05:45-22:00", json_schema_extra={"pattern": f"^{_DAY.pattern}$"})
    """From when to when `tasks.min` run, in local time; `tasks.night` run in the rest, where a
    service has it."""
    timezone: str = "Europe/London"
    """The time zone of `day` and of the events."""

    @property
    def day_starts(self) -> time:
        return time.fromisoformat(self.day.partition("-")[0])

    @property
    def day_ends(self) -> time:
        return time.fromisoformat(self.day.partition("-")[2])

    @property
    def day_length(self) -> timedelta:
        """Return how long the day is."""
        day = date.min
        return datetime.combine(day, self.day_ends) - datetime.combine(day, self.day_starts)

    def is_day(self, local: time) -> bool:
        """Return whether a local time is within the day."""
        return self.day_starts <= local < self.day_ends

    def problems(self) -> Iterator[Problem]:
        yield from _target_problems(self.cpu_target)
        if not _DAY.fullmatch(self.day):
            yield Problem(
                key="day",
                found=quoted(self.day),
                allowed="two times of a day, such as 05:45-22:00",
            )
            return
        if unknown := unknown_zone("timezone", self.timezone):
            yield unknown
            return
        if self.day_starts >= self.day_ends:
            yield Problem(
                key="day", found=self.day, allowed="a start before its end, on the same day"
            )
        for local in (self.day_starts, self.day_ends):
            if not is_once_every_day(local, self.timezone):
                yield Problem(
                    key="day",
                    found=f"{local:%H:%M}, which the clocks of {self.timezone} leave out on one "
                    "day and show twice on another",
                    allowed="times outside the hour of the clock change",
                )


USUAL_SCALING = Scaling.model_construct()
"""The scaling of an environment without `[scaling]`. Its check reads all time zones, so a test
makes it."""


class ServiceScaling(Model):
    """The settings in which one service differs."""

    cpu_target: CpuTarget | None = None
    """Left out: the environment's."""
    requests_per_task: int | None = Field(default=None, ge=1, le=MOST_REQUESTS_PER_TASK)
    """Requests a minute and task above which tasks are added, too. Without it, CPU alone decides.
    Only behind an Application Load Balancer, which counts them."""

    def problems(self) -> Iterator[Problem]:
        yield from _target_problems(self.cpu_target)


class Event(Model):
    """An announced rise of demand, with more tasks from one moment to another."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32)]
    """Part of the names of its scheduled actions."""
    starts: LocalMoment = Field(alias="from")
    """In local time of `scaling.timezone`; a little before the demand rises."""
    ends: LocalMoment = Field(alias="to")
    """The moment from which the usual minimum holds again."""
    services: tuple[ServiceName, ...]
    """The services that demand reaches, including those that they call."""
    min: int = Field(json_schema_extra={"minimum": 1})
    """The tasks of each of them that always run meanwhile."""

    def overlaps(self, other: "Event") -> bool:
        """Return whether both raise the same service at the same time."""
        is_together = self.starts < other.ends and other.starts < self.ends
        return is_together and not set(self.services).isdisjoint(other.services)

    def own_problems(self) -> Iterator[Problem]:
        """Yield what is wrong with this event alone. Validation leaves it to the environment, which
        reports it beside what is wrong with the other events.
        """
        if not self.services:
            yield Problem(
                key="services", found="none", allowed="the services that get more tasks, by name"
            )
        for name in sorted({each for each in self.services if self.services.count(each) > 1}):
            yield Problem(key="services", found=f"{name} twice", allowed="each service once")
        if self.starts >= self.ends:
            yield Problem(key="to", found=f"{self.ends}", allowed=f"later than {self.starts}")
        elif (self.ends - self.starts).days >= LONGEST_EVENT_DAYS:
            yield Problem(
                key="to",
                found=f"{self.ends}",
                allowed=f"less than {LONGEST_EVENT_DAYS} days after {self.starts}",
                fix="raise `tasks.min` of its services instead",
            )


def event_problems(events: Sequence[Event]) -> Iterator[Problem]:
    """Yield what is wrong with each event, and what two events must not share."""
    for number, event in enumerate(events):
        for problem in event.own_problems():
            yield replace(problem, key=f"events.{number}.{problem.key}")
        for earlier in events[:number]:
            if event.name == earlier.name:
                yield Problem(
                    key=f"events.{number}.name",
                    found=f"{event.name} twice",
                    allowed="a name of its own: scheduled actions have it in theirs",
                )
            if event.overlaps(earlier):
                yield Problem(
                    key=f"events.{number}.from",
                    found=f"{event.starts} to {event.ends}",
                    allowed=f"a time outside {earlier.name}, which raises the same services from "
                    f"{earlier.starts} to {earlier.ends}",
                    fix="make one event of them, or let one start when the other ends",
                )


def event_clock_problems(events: Sequence[Event], zone: str) -> Iterator[Problem]:
    """Yield the times of events that the clocks of the zone do not show once."""
    for number, event in enumerate(events):
        for key, moment in (("from", event.starts), ("to", event.ends)):
            if not is_once(moment, zone):
                yield Problem(
                    key=f"events.{number}.{key}",
                    found=f"{moment}, which the clocks of {zone} leave out or show twice",
                    allowed="a time outside the hour of the clock change",
                )
