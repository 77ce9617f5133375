"""Local times, and the hour that a change of the clocks leaves out or repeats."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pay.model.problem import Problem
from pay.model.service.schedule_expression import is_zone
from pay.shown_text import quoted

_A_YEAR_OF_CLOCKS = 2027
"""Any year: the rules of a zone are looked at, not a day."""


def unknown_zone(key: str, zone: str) -> Problem | None:
    """Return what is wrong with the name of a time zone; None if it is one."""
    if is_zone(zone):
        return None
    return Problem(
        key=key,
        found=quoted(zone),
        allowed="a time zone of the IANA database, for example Europe/London",
    )


def is_once(local: datetime, zone: str) -> bool:
    """Return whether the clocks of the zone show a local time once, not twice or never."""
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    return first.utcoffset() == second.utcoffset()


def is_once_every_day(local: time, zone: str) -> bool:
    """Return whether the clocks of the zone show a time of day once on every day of a year."""
    first = date(_A_YEAR_OF_CLOCKS, 1, 1)
    days = (first + timedelta(days=number) for number in range(365))
    return all(is_once(datetime.combine(day, local), zone) for day in days)
