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


def sleeps_again(sleep: Sleep, once: datetime | None, now: datetime) -> str:
    """Return as a sentence what puts an environment to sleep first: its plan, or schedules of
    `pay wake --for` from `once` on; empty without either.
    """
    stop = sleep.next_stop(now)
    if once and (stop is None or once <= stop):
        return f" It sleeps again from {weekday_moment(once)} on."
    return f" Its plan puts it to sleep at {weekday_moment(stop)}." if stop else ""
