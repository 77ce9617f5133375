"""The announced events of the file that are long over: nothing fails by them, yet."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pay.environments.past_events import old_events
from rollout.doctor.line import DoctorLine, not_shown


def event_lines(file: Path, now: datetime) -> Iterator[DoctorLine]:
    """Yield a line for each event, as a plan would create its actions again if AWS deletes them."""
    for problem in old_events(file, now):
        where = f"{problem.where}:{problem.line}"
        shown = f"{where}: {problem.key} is {problem.found}; whether AWS keeps its actions"
        yield not_shown("events", shown, problem.fix or "")
