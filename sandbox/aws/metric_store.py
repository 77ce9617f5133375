"""The metrics of an account: every value that was sent, by minute.

Sources: AWS, CloudWatch user guide, "CloudWatch concepts" (aggregation, retention, percentiles) and
API reference, `GetMetricData`.
"""

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE = 60
DAY = 24 * 60 * MINUTE
RETENTION = ((15 * DAY, 60), (63 * DAY, 300), (455 * DAY, 3600))
"""Up to an age in seconds, points are kept for periods of so many seconds."""

PERCENTILE = re.compile(r"p(100|\d{1,2}(\.\d{1,10})?)")
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")


class Series(NamedTuple):
    """A metric is its namespace, its name and all its dimensions, in no order."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass
class Samples:
    """What was sent in one minute."""

    values: Counter[float] = field(default_factory=Counter)
    """Each value, and how often it was sent."""
    has_sets: bool = False
    """Statistic sets were sent: their single values are not known, so percentiles are not either.
    """
    unit: str | None = None

    @property
    def count(self) -> float:
        return sum(self.values.values())

    def add(self, other: "Samples") -> None:
        self.values.update(other.values)
        self.has_sets = self.has_sets or other.has_sets

    def statistic(self, name: str) -> float | None:
        """Return a statistic of all values; None for a percentile of statistic sets."""
        count = self.count
        total = sum(value * times for value, times in self.values.items())
        match name:
            case "SampleCount":
                return float(count)
            case "Sum":
                return total
            case "Average":
                return total / count
            case "Minimum":
                return min(self.values)
            case "Maximum":
                return max(self.values)
        return None if self.has_sets else self._percentile(float(name[1:]), count)

    def _percentile(self, percent: float, count: float) -> float:
        """Return the nearest rank: the smallest value that so many per cent do not exceed."""
        seen = 0.0
        for value in sorted(self.values):
            seen += self.values[value]
            if seen >= count * percent / 100:
                return value
        return max(self.values)


class MetricStore:
    """Every series, by minute since the epoch in seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: dict[Series, dict[int, Samples]] = defaultdict(dict)

    def put(
        self,
        series: Series,
        at: float,
        values: Mapping[float, float],
        *,
        has_sets: bool = False,
        unit: str | None = None,
    ) -> None:
        """Add the values, each with its count, to the minute of `at`."""
        minute = int(at) // MINUTE * MINUTE
        with self._lock:
            samples = self._series[series].setdefault(minute, Samples(unit=unit))
            samples.add(Samples(Counter(values), has_sets))

    def series(self) -> tuple[Series, ...]:
        """Return every series that has a value."""
        with self._lock:
            return tuple(self._series)

    def has_value(self, series: Series, start: float, end: float) -> bool:
        """Return whether the series has a value from the minute `start` to before `end`."""
        asked = range(int(start), int(end), MINUTE)
        with self._lock:
            minutes = self._series.get(series, {})
            if len(minutes) < len(asked):
                return any(minute in asked for minute in minutes)
            return any(minute in minutes for minute in asked)

    def read(
        self,
        series: Series,
        start: float,
        end: float,
        period: int,
        statistic: str,
        *,
        unit: str | None = None,
        now: float,
    ) -> Iterator[tuple[int, float]]:
        """Yield the start and the value of each period with data, the oldest first.

        Periods lie on the clock. `end` is not included, and the start is rounded down. Another unit
        than the one sent, and periods that are too short for their age, yield nothing.
        """
        first = int(start) // period * period
        for begins, samples in self.periods(series, first, end, period, unit=unit, now=now):
            value = samples.statistic(statistic)
            if value is not None:
                yield begins, value

    def periods(
        self,
        series: Series,
        start: int,
        end: float,
        period: int,
        *,
        unit: str | None = None,
        now: float,
    ) -> Iterator[tuple[int, Samples]]:
        """Yield the start and the samples of each period with data, counted from `start`."""
        periods: dict[int, Samples] = {}
        with self._lock:
            minutes = self._series.get(series, {})
            for minute in range(start, int(end), MINUTE):
                samples = minutes.get(minute)
                if (
                    samples is None
                    or (unit and samples.unit != unit)
                    or period % _kept_period(now - minute)
                ):
                    continue
                begins = start + (minute - start) // period * period
                periods.setdefault(begins, Samples()).add(samples)
        yield from periods.items()


def _kept_period(age: float) -> float:
    """Return the shortest period that a point of this age, in seconds, is kept for."""
    return next((period for limit, period in RETENTION if age <= limit), float("inf"))


STORE = MetricStore()
"""The server has one account and one region."""


def dimensions(pairs: Iterable[Mapping[str, str]]) -> frozenset[tuple[str, str]]:
    """Return AWS's list of dimensions as a series has them."""
    return frozenset((pair["Name"], pair["Value"]) for pair in pairs)
