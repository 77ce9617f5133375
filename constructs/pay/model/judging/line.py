"""Measures that should not grow while a service moves: a queue's length, a database's load."""

from collections.abc import Sequence
from dataclasses import dataclass

PERIOD_MINUTES = 5
LATE_PERIODS, LATE_OF = 3, 12
"""Periods that are too high, of the last hour."""
LATE_TIMES = 2
"""A period is too high beyond this multiple of the highest of the week before."""


@dataclass(frozen=True)
class Levels:
    """A level by periods of five minutes, in the unit of its metric."""

    now: Sequence[float]
    """Of the stage, the newest last; a period without a report is 0."""
    highest_before: float
    """Of the week before."""

    def minutes_high(self, least: float) -> float:
        """Return the minutes until the last hour is ordinary, if no more of its periods are high.
        0: it is ordinary now. Up to `least` anything is ordinary.
        """
        limit = max(least, LATE_TIMES * self.highest_before)
        high = [age for age, level in enumerate(reversed(self.now[-LATE_OF:])) if level > limit]
        # The last hour loses the oldest first, so what leaves an ordinary one is the third newest.
        is_high = len(high) >= LATE_PERIODS
        return float((LATE_OF - high[LATE_PERIODS - 1]) * PERIOD_MINUTES) if is_high else 0.0
