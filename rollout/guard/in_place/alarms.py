"""The directions in which an alarm gets stricter: it goes off at least as often as before, and no
later (AWS: CloudWatch user guide, "Evaluating an alarm").
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.directions import Direction
from rollout.guard.numbers import number

_ABOVE = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_BELOW = ("LessThanThreshold", "LessThanOrEqualToThreshold")
"""Each with the stricter one last. The others compare with a band that AWS predicts."""


def _threshold_is_stricter(change: InPlace) -> bool:
    comparison = change.resource.after.get("comparison_operator")
    old, new = number(change.before), number(change.after)
    if old is None or new is None:
        return False
    return (comparison in _ABOVE and new <= old) or (comparison in _BELOW and new >= old)


def _goes_off_as_soon(change: InPlace) -> bool:
    """Return whether every run of readings that made the alarm go off still does.

    `needed` breaches among the last `of` readings. A shorter run of readings is sure to hold only
    its part of the breaches.
    """
    of, needed = _datapoints(change.resource.before)
    new_of, new_needed = _datapoints(change.resource.after)
    if not (of and needed and new_of and new_needed):
        return False
    return new_needed <= ceil(needed / ceil(of / new_of))


def _datapoints(values: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many readings count, and how many of them have to breach; 0: not a number."""
    of = number(values.get("evaluation_periods")) or 0
    needed = number(values.get("datapoints_to_alarm")) or of
    return int(of), int(needed)


def _goes_off_for_more(change: InPlace) -> bool:
    """Return whether a composite alarm still goes off for everything for which it did: each part
    between the outer ORs of its rule is still there.
    """
    old, new = _parts(change.before), _parts(change.after)
    return old is not None and new is not None and old <= new


def _parts(rule: object) -> frozenset[str] | None:
    """Return what the outer ORs join; None: an OR is inside of something else."""
    parts = frozenset(part.strip() for part in str(rule).split(" OR "))
    is_whole = all(part.count("(") == part.count(")") for part in parts)
    return parts if is_whole else None


STRICTER_THRESHOLD = Direction(
    "a threshold that is reached sooner: lower for `GreaterThan...`, higher for `LessThan...`",
    _threshold_is_stricter,
)
STRICTER_COMPARISON = Direction(
    "to include the threshold itself",
    lambda change: (change.before, change.after) in (_ABOVE, _BELOW),
)
SOONER = Direction(
    "fewer readings, such that the alarm goes off in every case in which it did",
    _goes_off_as_soon,
)
MORE_CASES = Direction(
    "a rule that has every part of the one before, joined by OR", _goes_off_for_more
)
