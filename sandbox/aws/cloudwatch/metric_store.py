"""The metrics of an account: every value that was sent, by minute.

Sources: AWS, CloudWatch user guide, "CloudWatch concepts" (aggregation, retention, percentiles) and
API reference, `GetMetricData`.
"""

import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MINUTE = 60
DAY = 24 * 60 * MINUTE
RETENTION = ((15 * DAY, 60), (63 * DAY, 300), (455 * DAY, 3600))
"""Up to an age in seconds, points are kept for periods of so many seconds."""

PERCENTILE = re.compile(r"p(100|\d{1,2}(\.\d{1,10})?)")
STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")


class StoredSeries(NamedTuple):
    """A metric is its namespace, its name and all its dimensions, in no order."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Samples:
    """The values that were sent in one minute, or in several."""

    values: Mapping[float, float]
    """Each value, and how often it was sent."""
    has_sets: bool = False
    """Statistic sets were sent: their single values are not known, so percentiles are not either.
    """
    unit: str | None = None

    @property
    def count(self) -> float:
        return sum(self.values.values())

    def statistic(self, name: str) -> float | None:
        """Return a statistic of all values; None for a percentile of statistic sets."""
        match name:
            case "SampleCount":
                return float(self.count)
            case "Sum":
                return self._sum
            case "Average":
                return self._sum / self.count
            case "Minimum":
                return min(self.values)
            case "Maximum":
                return max(self.values)
        return None if self.has_sets else self._percentile(float(name[1:]), self.count)

    @property
    def _sum(self) -> float:
        return sum(value * times for value, times in self.values.items())

    def _percentile(self, percent: float, count: float) -> float:
        """Return the nearest rank, the smallest value that so many per cent do not exceed."""
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
        self._series: dict[StoredSeries, dict[int, Samples]] = defaultdict(dict)

    def put(
        self,
        series: StoredSeries,
        at: float,
        values: Mapping[float, float],
        *,
        has_sets: bool = False,
        unit: str | None = None,
    ) -> None:
        """Add the values, each with its count, to the minute of `at`."""
        minute = int(at) // MINUTE * MINUTE
        sent = Samples(dict(values), has_sets, unit)
        with self._lock:
            minutes = self._series[series]
            minutes[minute] = _together([minutes[minute], sent]) if minute in minutes else sent

    def series(self) -> tuple[StoredSeries, ...]:
        """Return every series that has a value."""
        with self._lock:
            return tuple(self._series)

    def has_value(self, series: StoredSeries, start: float, end: float) -> bool:
        """Return whether the series has a value from `start` to before `end`."""
        with self._lock:
            minutes = self._series.get(series, {})
            return any(True for _ in _within(minutes, start, end))

    def read(
        self,
        series: StoredSeries,
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
        series: StoredSeries,
        start: int,
        end: float,
        period: int,
        *,
        unit: str | None = None,
        now: float,
    ) -> Iterator[tuple[int, Samples]]:
        """Yield the start and the samples of each period with data, counted from `start`."""
        periods: dict[int, list[Samples]] = defaultdict(list)
        with self._lock:
            minutes = self._series.get(series, {})
            for minute in _within(minutes, start, end):
                samples = minutes[minute]
                if (unit and samples.unit != unit) or period % _kept_period(now - minute):
                    continue
                periods[start + (minute - start) // period * period].append(samples)
        for begins, parts in periods.items():
            yield begins, _together(parts)


def _within(minutes: Mapping[int, Samples], start: float, end: float) -> Iterator[int]:
    """Yield the minutes with a value from `start` to before `end`, the oldest first."""
    asked = range(int(start), int(end), MINUTE)
    if len(asked) < len(minutes):
        return (minute for minute in asked if minute in minutes)
    return (minute for minute in sorted(minutes) if minute in asked)


def _together(samples: Sequence[Samples]) -> Samples:
    """Return all samples as those of one period; the unit is that of the first."""
    if len(samples) == 1:
        return samples[0]
    values = Counter[float]()
    for each in samples:
        values.update(each.values)
    return Samples(values, any(each.has_sets for each in samples), samples[0].unit)


def _kept_period(age: float) -> float:
    """Return the shortest period that a point of this age, in seconds, is kept for."""
    for limit, period in RETENTION:
        if age <= limit:
            return period
    return float("inf")


STORE = MetricStore()
"""The server has one account and one region."""


def dimensions(pairs: Iterable[Mapping[str, str]]) -> frozenset[tuple[str, str]]:
    """Return AWS's list of dimensions as a series has them."""
    return frozenset((pair["Name"], pair["Value"]) for pair in pairs)
