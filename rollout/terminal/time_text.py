"""Moments and spans of time as a person reads them."""

from datetime import datetime, timedelta

from pay.model.stage.dwell import LOCAL_ZONE


def local(moment: datetime) -> str:
    """Return local time to the minute: `Mon 16 Nov 2026 09:00`."""
    return f"{moment.astimezone(LOCAL_ZONE):%a %d %b %Y %H:%M}"


def short_moment(moment: datetime) -> str:
    """Return local time without the year: `16 Nov 09:00`."""
    return f"{moment.astimezone(LOCAL_ZONE):%d %b %H:%M}".lstrip("0")


def weekday_moment(moment: datetime) -> str:
    """Return local time with its weekday: `Wed 18 Nov 02:40`."""
    return f"{moment.astimezone(LOCAL_ZONE):%a %d %b %H:%M}"


def short_date(moment: datetime) -> str:
    """Return the local day: `16 Nov`."""
    return f"{moment.astimezone(LOCAL_ZONE):%d %b}".lstrip("0")


def span(length: timedelta, units: int = 2) -> str:
    """Return the largest units that are not 0: `7 d`, `1 h 30 min`; `now` below a minute."""
    minutes = int(length.total_seconds()) // 60
    counts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    parts = [f"{count} {unit}" for count, unit in counts if count]
    return " ".join(parts[:units]) or "now"
