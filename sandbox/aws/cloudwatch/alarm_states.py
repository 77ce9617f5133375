"""The state of a metric alarm from its data points.

Source: AWS, CloudWatch user guide, "Using Amazon CloudWatch alarms", three sections:
- "Evaluating an alarm".
- "Configuring how CloudWatch alarms treat missing data". Its two tables are this module's test.
- "Percentile-based CloudWatch alarms and low data samples".
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

AlarmState = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]

EXTRA_POINTS = 2
"""CloudWatch retrieves more points than the evaluation periods: 5 where they are 3 (ibid.)."""

_ENOUGH_ABOVE = 10
"""Samples above a percentile that make it significant: 10/(1-percentile) in all (ibid.)."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True)
class AlarmConditions:
    """The conditions that make an alarm go off."""

    comparison: str
    threshold: float
    needed: int
    """The number of breaching points that make it go off."""
    of: int
    """The number of points from which `needed` must breach."""
    missing: str
    """`missing`, `ignore`, `breaching` or `notBreaching`."""

    @property
    def range(self) -> int:
        """Return the number of periods in the evaluation range."""
        return self.of + EXTRA_POINTS

    def breaches(self, value: float) -> bool:
        return COMPARISONS[self.comparison](value, self.threshold)


def state_of(
    points: Sequence[float | None], limits: AlarmConditions, current: AlarmState
) -> AlarmState:
    """Return the state by the points of the evaluation range, the oldest first.

    None is a missing point.
    """
    breaching = [None if value is None else limits.breaches(value) for value in points]
    real = [value for value in breaching if value is not None]
    if len(real) >= limits.of:
        return _decided(sum(real[-limits.of :]), limits)
    if limits.missing == "breaching":
        return _decided(sum(real) + limits.of - len(real), limits)
    if limits.missing == "notBreaching" or sum(real) >= limits.needed or not all(real):
        return _decided(sum(real), limits)
    # All points with data breach, but they are too few.
    if limits.missing == "ignore":
        return current
    age = len(points) - breaching.index(True) if real else 0
    return "ALARM" if real and age >= limits.needed else "INSUFFICIENT_DATA"


def _decided(breaching: int, limits: AlarmConditions) -> AlarmState:
    return "ALARM" if breaching >= limits.needed else "OK"


def least_samples(percentile: float) -> float:
    """Return how many samples of a period make a percentile (0 to 100) significant."""
    tail = min(percentile, 100 - percentile) / 100
    return _ENOUGH_ABOVE / tail if tail else float("inf")
