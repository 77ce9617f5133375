"""Local times, and the hour that a change of the clocks leaves out or repeats."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_YEAR_OF_CLOCKS = 2027
"""Any year: the rules of a zone are looked at, not a day."""


def is_once(local: datetime, zone: str) -> bool:
    """Return whether the clocks of the zone show a local time once: neither left out nor twice."""
    first, second = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    return first.utcoffset() == second.utcoffset()


def is_once_every_day(local: time, zone: str) -> bool:
    """Return whether the clocks of the zone show a time of day once on every day of a year."""
    first = date(_A_YEAR_OF_CLOCKS, 1, 1)
    days = (first + timedelta(days=number) for number in range(365))
    return all(is_once(datetime.combine(day, local), zone) for day in days)
