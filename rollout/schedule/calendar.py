"""The planned moves as a calendar file (RFC 5545)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from pay.model import Environment
from rollout.schedule.timetable import PlannedWave

LENGTH = timedelta(minutes=30)
"""Time to plan, review, deploy and check the graphs."""


def as_calendar(
    environment: Environment, plan: Sequence[PlannedWave], created_at: datetime
) -> bytes:
    """Return one event a move. Its identifier stays, so importing a newer plan moves the event."""
    calendar = Calendar()
    calendar.add("prodid", "-//GOV.UK Pay//planned moves//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Planned moves in {environment.name}")
    for wave in plan:
        for move in wave.moves:
            step = f"{move.service} {move.before} -> {move.after}"
            promote = f"pay promote {environment.name} {move.service} --to {move.after}"
            event = Event()
            for name, value in {
                "uid": f"{environment.name}-{move.service}-{move.after}@planned-moves.pay",
                "dtstamp": created_at.astimezone(UTC),
                "dtstart": move.at.astimezone(UTC),
                "dtend": move.at.astimezone(UTC) + LENGTH,
                "summary": f"{environment.name}: {step} ({move.weights})",
                "description": f"{wave.title}. At the earliest; then:\n{promote}",
                "categories": [environment.name, wave.title],
            }.items():
                event.add(name, value)
            calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text
