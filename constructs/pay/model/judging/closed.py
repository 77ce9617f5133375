"""The requests that are known while a service is closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pay.model.environment.closure import Closure
from pay.model.judging.part import Part, Verdict
from pay.model.stage.dwell import LOCAL_ZONE

_HOUR = timedelta(hours=1)
"""The least period of the parts that ask whether requests arrive."""


def unless_closed(part: Part, closures: Iterable[Closure], end: datetime) -> Part:
    """Return the part where no closure has a part of the hour before `end`. Otherwise an
    earlier FAIL stays, and any other verdict becomes NOT_ENOUGH_DATA.
    """
    start = (end - _HOUR).timestamp()
    closed = [each for each in closures if each.overlaps(start, _HOUR.total_seconds())]
    if not closed or part.verdict is Verdict.FAIL:
        return part
    last = max(closed, key=lambda each: each.ends)
    return Part(
        verdict=Verdict.NOT_ENOUGH_DATA,
        reason=f"closed until {last.ends.astimezone(LOCAL_ZONE):%a %d %b %H:%M}: {last.reason}",
        needs="an hour of requests after it",
        wait_minutes=(last.ends + _HOUR - end).total_seconds() / 60,
    )
