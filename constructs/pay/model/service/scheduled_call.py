"""A call of a service at fixed times: an HTTP POST, which a task of its own makes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.service.schedule_expression import Cron, is_zone, parse
from pay.model.text_types import ServiceName

LEAST_DEADLINE_SECONDS, MOST_DEADLINE_SECONDS = 60, 86_400
"""AWS: EventBridge Scheduler API reference, `RetryPolicy`, `MaximumEventAgeInSeconds`."""

_A_YEAR_OF_CLOCKS = 2027
"""Any year: the rules of a zone are looked at, not a day."""

EVERY_HOUR = frozenset(range(24))


class ScheduledCall(Model):
    """One call, in every environment whose tasks are scheduled."""

    name: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=32)]
    """The last part of the schedule's name in AWS."""
    service: ServiceName
    """The service that is called, and in whose network the task runs."""
    path: Annotated[str, Field(pattern=r"^/v1/tasks/[a-z-]+(\?[a-z_]+=[a-z0-9]+)?$")]
    """The path and the query of the POST request."""
    cron: str
    """When: `cron(...)` as EventBridge Scheduler reads it, in local time of the zone."""
    zone: str = "Europe/London"
    deadline_seconds: int = Field(ge=LEAST_DEADLINE_SECONDS, le=MOST_DEADLINE_SECONDS)
    """The longest delay of a call's start, and its longest duration. Later it would meet the next
    one."""
    because: str
    """The reason for the times."""
    method: Literal["POST"] = "POST"

    def problems(self) -> Iterator[Problem]:
        if not is_zone(self.zone):
            yield Problem(
                key="zone",
                found=self.zone,
                allowed="a time zone of the IANA database, for example Europe/London",
            )
            return
        try:
            expression = parse(self.cron)
        except ValueError as error:
            yield Problem(key="cron", found=self.cron, allowed=str(error))
            return
        if not isinstance(expression, Cron):
            yield Problem(
                key="cron", found=self.cron, allowed="cron(...): the time of day is a decision"
            )
            return
        if expression.hours == EVERY_HOUR and _changes_clocks(self.zone):
            yield Problem(
                key="zone",
                found=f"{self.zone}, where no call is made in the hour that comes twice",
                allowed="UTC for a call in every hour",
                fix='zone = "UTC"',
            )
        for day in _left_out(expression, self.zone):
            yield Problem(
                key="cron",
                found=f"{self.cron}, which does not fire on {day:%d %B}",
                allowed=f"times that the clocks of {self.zone} never leave out",
                fix="move it out of the hour that summer time takes",
            )


def _changes_clocks(zone: str) -> bool:
    """Return whether the zone has summer time. A schedule fires once in an hour that comes twice.
    AWS: EventBridge Scheduler user guide, "Daylight savings time on EventBridge Scheduler".
    """
    winter, summer = (
        datetime(_A_YEAR_OF_CLOCKS, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)
    )
    return winter != summer


def _left_out(expression: Cron, zone: str) -> Iterator[datetime]:
    """Yield the days on which the clocks go forward and the call is not made. The same weekday
    before has the call.
    """
    local = ZoneInfo(zone)
    day = datetime(_A_YEAR_OF_CLOCKS, 1, 8, tzinfo=local)
    while day.year == _A_YEAR_OF_CLOCKS:
        following = day + timedelta(days=1)
        offsets = [each.utcoffset() or timedelta() for each in (day, following)]
        if offsets[0] < offsets[1]:
            week = timedelta(days=7)
            calls, before = (
                [*_on(expression, zone, start, end)]
                for start, end in ((day, following), (day - week, following - week))
            )
            if before and not calls:
                yield day
        day = following


def _on(expression: Cron, zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    first = start.astimezone(UTC) - timedelta(seconds=1)
    return expression.between(
        first, end.astimezone(UTC) - timedelta(seconds=1), zone=zone, start=first
    )
