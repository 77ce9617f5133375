"""Periods on the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEK = timedelta(days=7)
LONG_PERIOD_SECONDS = 300
"""The period by which weeks are read. CloudWatch keeps minutes for 15 days, and periods of 5
minutes for 63.
"""


@dataclass(frozen=True)
class Span:
    """Periods on the clock, from `start` to before `end`."""

    start: datetime
    end: datetime
    period_seconds: int = 60

    def __iter__(self) -> Iterator[int]:
        return iter(
            range(int(self.start.timestamp()), int(self.end.timestamp()), self.period_seconds)
        )

    def by(self, seconds: int) -> "Span":
        """Return the whole periods of that length that are within."""
        start = on_the_clock(self.start, seconds, up=True)
        return Span(start, on_the_clock(self.end, seconds), seconds)

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds()) // 60


def on_the_clock(moment: datetime, seconds: int, *, up: bool = False) -> datetime:
    """Return the moment rounded to a period on the clock."""
    over = timedelta(seconds=moment.timestamp() % seconds)
    return moment + (timedelta(seconds=seconds) - over) if up and over else moment - over
