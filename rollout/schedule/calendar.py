"""The planned moves as a calendar file (RFC 5545), for the calendar of the people who watch."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from pay.model import Environment
from rollout.schedule.timetable import PlannedWave

LENGTH = timedelta(minutes=30)
"""Plan, review, deploy and the first look at the graphs."""


def as_calendar(environment: Environment, plan: Sequence[PlannedWave], made_at: datetime) -> bytes:
    """One event a move. The identifiers stay the same, so that importing a newer plan moves the
    events instead of doubling them.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//GOV.UK Pay//planned moves//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Planned moves in {environment.name}")
    for wave in plan:
        for move in wave.moves:
            event = Event()
            event.add("uid", f"{environment.name}-{move.service}-{move.after}@planned-moves.pay")
            event.add("dtstamp", made_at.astimezone(UTC))
            event.add("dtstart", move.at.astimezone(UTC))
            event.add("dtend", move.at.astimezone(UTC) + LENGTH)
            event.add(
                "summary",
                f"{environment.name}: {move.service} {move.before} -> {move.after} "
                f"({move.weights})",
            )
            event.add(
                "description",
                f"{wave.title}. At the earliest; then:\n"
                f"pay promote {environment.name} {move.service} --to {move.after}",
            )
            event.add("categories", [environment.name, wave.title])
            calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text
