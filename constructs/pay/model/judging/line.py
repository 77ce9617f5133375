"""What should not grow while a service moves: the length of a queue, the load of a database."""

from collections.abc import Sequence
from dataclasses import dataclass

PERIOD_MINUTES = 5
LATE_PERIODS, LATE_OF = 3, 12
"""Periods that are too high, of the last hour."""
LATE_TIMES = 2
"""A period is too high beyond this multiple of the highest of the week before."""


@dataclass(frozen=True)
class Line:
    """A level by periods of five minutes, in the unit of its metric."""

    now: Sequence[float]
    """Of the stage, the newest last; a period without a report is 0."""
    highest_before: float
    """Of the week before."""

    def is_high(self, least: float) -> bool:
        """Return whether the last hour is high; up to `least` anything is ordinary."""
        limit = max(least, LATE_TIMES * self.highest_before)
        return sum(level > limit for level in self.now[-LATE_OF:]) >= LATE_PERIODS
