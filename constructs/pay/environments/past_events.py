"""The events of an environment file that are over, each with its line.

They load: a fired action changes nothing, and an old line must not block a rollback. The writer of
a new one is warned (docs/decisions/0217-refuse-a-past-event-where-it-is-written.md).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pay.environments.file import read
from pay.model import Problem
from pay.model.checks.scaling import past_event_problems


def old_events(path: Path, now: datetime) -> Sequence[Problem]:
    """Return the events that ended more than a week ago."""
    file = read(path)
    return [file.placed(problem) for problem in past_event_problems(file.draft.environment, now)]


def new_past_events(path: Path, before: Path, now: datetime) -> Sequence[Problem]:
    """Return the events that are over already and that the file of before does not have."""
    file, draft = read(path), read(before).draft
    known = draft.environment.events if draft.readable("events") else ()
    own = file.draft.environment.events
    return [
        file.placed(problem)
        for problem in past_event_problems(file.draft.environment, now, timedelta(0))
        if own[int(problem.key.split(".")[1])] not in known
    ]
