"""Says in words when an environment sleeps by its plan."""

from datetime import datetime

from pay.model.environment.sleep import Sleep
from pay.model.environment.wakes import DATABASE_LEAD, PartKind
from rollout.terminal.time_text import weekday_moment


def by_plan(sleep: Sleep, now: datetime) -> str:
    """Return what the file says of this moment, in sentences."""
    if until := sleep.awake_until(now):
        return f"By its plan it is awake until {weekday_moment(until)}."
    following = sleep.next_wake(now)
    if following:
        words = f"By its plan it sleeps until {weekday_moment(following)}."
    else:
        words = "By its plan it sleeps; pay wake wakes it."
    return f"{words}{_databases(sleep, now, following)}"


def _databases(sleep: Sleep, now: datetime, following: datetime | None) -> str:
    """Return what databases do before the services wake next; empty where they only start with
    them.
    """
    if until := sleep.awake_until(now, PartKind.DATABASE):
        return f" Its databases run until {weekday_moment(until)}."
    start = sleep.next_wake(now, PartKind.DATABASE)
    if start is None or (following and following - start <= DATABASE_LEAD):
        return ""
    return f" Its databases start on {weekday_moment(start)}."


def sleeps_again(sleep: Sleep, once: datetime | None, now: datetime) -> str:
    """Return as a sentence what puts an environment to sleep first. That is its plan, or schedules
    of `pay wake --for` from `once` on. The sentence is empty without either.
    """
    stop = sleep.next_stop(now)
    if once and (stop is None or once <= stop):
        return f" It sleeps again from {weekday_moment(once)} on."
    return f" Its plan puts it to sleep at {weekday_moment(stop)}." if stop else ""
