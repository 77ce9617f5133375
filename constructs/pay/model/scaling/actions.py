"""The scheduled actions of a Fargate side: what Application Auto Scaling changes, and when.

AWS: Application Auto Scaling user guide, "Scheduled scaling". An action changes the bounds; the
number of tasks moves only as far as the new bounds ask.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pay.model.environment.scaling import Event, Scaling
from pay.model.service.size import TaskCount

DAY, NIGHT = "day", "night"

AFTER_A_BOUNDARY = timedelta(minutes=1)
"""An event that goes on when day or night begins raises the minimum again so much later. Its tasks
stay meanwhile: target tracking takes none away before 15 minutes of low load."""


@dataclass(frozen=True)
class ScheduledAction:
    """One change of the bounds of a service's tasks."""

    name: str
    """Its last part in AWS, and its place in the state."""
    schedule: str
    """`cron(...)` or `at(...)`, in local time of the zone."""
    zone: str
    min: int | None = None
    """None: the action leaves the minimum as it is."""
    max: int | None = None
    """None: the action leaves the maximum as it is."""


def scheduled_actions(
    tasks: TaskCount, scaling: Scaling, events: Iterable[Event]
) -> tuple[ScheduledAction, ...]:
    """Return the actions of a service that is not pinned; `events` are its own."""
    own = tuple(events)
    return (
        *_slots(tasks, scaling),
        *(action for event in own for action in _of_event(event, tasks, scaling, own)),
    )


def minimum_at(local: datetime, tasks: TaskCount, scaling: Scaling, events: Iterable[Event]) -> int:
    """Return the minimum that holds at a local time of the environment's zone."""
    for event in events:
        if event.starts <= local < event.ends:
            return event.min
    is_night = tasks.night is not None and not scaling.is_day(local.time())
    return tasks.lowest if is_night else tasks.min


def _slots(tasks: TaskCount, scaling: Scaling) -> Iterator[ScheduledAction]:
    if tasks.night is not None:
        for name, starts, minimum in (
            (DAY, scaling.day_starts, tasks.min),
            (NIGHT, scaling.day_ends, tasks.night),
        ):
            yield ScheduledAction(name, _daily(starts), scaling.timezone, min=minimum)


def _of_event(
    event: Event, tasks: TaskCount, scaling: Scaling, every: Iterable[Event]
) -> Iterator[ScheduledAction]:
    zone = scaling.timezone
    yield ScheduledAction(f"{event.name}-starts", _once(event.starts), zone, min=event.min)
    if tasks.night is not None:
        for number, boundary in enumerate(_boundaries(event, scaling), start=1):
            again = _once(boundary + AFTER_A_BOUNDARY)
            yield ScheduledAction(f"{event.name}-again-{number}", again, zone, min=event.min)
    # Where the next event starts at once, both actions say the same, because AWS promises no order.
    after = minimum_at(event.ends, tasks, scaling, every)
    yield ScheduledAction(f"{event.name}-ends", _once(event.ends), zone, min=after)


def _boundaries(event: Event, scaling: Scaling) -> Iterator[datetime]:
    """Yield when day or night begins while the event goes on for more than the minute after it."""
    day = event.starts.date()
    while day <= event.ends.date():
        for starts in (scaling.day_starts, scaling.day_ends):
            boundary = datetime.combine(day, starts)
            if event.starts <= boundary and boundary + AFTER_A_BOUNDARY < event.ends:
                yield boundary
        day += timedelta(days=1)


def _daily(local: time) -> str:
    return f"cron({local.minute} {local.hour} * * ? *)"


def _once(local: datetime) -> str:
    return f"at({local:%Y-%m-%dT%H:%M:%S})"
