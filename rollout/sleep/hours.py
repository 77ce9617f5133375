"""Says in words when an environment sleeps by its plan."""

from datetime import datetime

from pay.model.environment.sleep import Sleep
from rollout.terminal.time_text import weekday_moment


def by_plan(sleep: Sleep, now: datetime) -> str:
    """Return what the file says of this moment, as a sentence."""
    if until := sleep.awake_until(now):
        return f"By its plan it is awake until {weekday_moment(until)}."
    if following := sleep.next_wake(now):
        return f"By its plan it sleeps until {weekday_moment(following)}."
    return "By its plan it sleeps; pay wake wakes it."
