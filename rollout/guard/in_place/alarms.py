"""The directions in which an alarm gets stricter: it goes off at least as often as before, and no
later (AWS: CloudWatch user guide, "Evaluating an alarm").
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

from pay.model import names
from pay.model.alarms import alarms
from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.declared import side_now
from rollout.guard.in_place.directions import Direction, gains
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


def _is_stricter_or_follows_scaling(change: InPlace) -> bool:
    return _threshold_is_stricter(change) or _follows_scaling(change)


def _follows_scaling(change: InPlace) -> bool:
    """Return whether the threshold is the model's, once the side has left the peak to scaling:
    fewer tasks than before always run there, so fewer have to be healthy.
    """
    side = side_now(change)
    if side is None or side.holds_full_peak:
        return False
    place = (side.environment.name, side.service.name, side.side)
    wanted = {names.alarm(*place, each.name): each for each in alarms(side)}
    model = wanted.get(str(change.resource.after.get("alarm_name")))
    return model is not None and (
        number(change.after) == model.threshold
        and change.resource.after.get("comparison_operator") == model.comparison
    )


def _gains_topics(change: InPlace) -> bool:
    """An action may also scale, stop an instance, or run a function (AWS: CloudWatch API reference,
    `PutMetricAlarm`, `AlarmActions`). New ones are topics of the environment's account.
    """
    before = change.before or []
    if not gains(before, change.after):
        return False
    own = change.context.environment(change.plan).arn("sns", "")
    return all(str(arn).startswith(own) for arn in change.after if arn not in before)


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


STRICTER_THRESHOLD = Direction(
    "a threshold that is reached sooner: lower for `GreaterThan...`, higher for `LessThan...`; or "
    "the model's where scaling decides how many tasks run",
    _is_stricter_or_follows_scaling,
)
MORE_TOPICS = Direction(
    "to add topics of the environment's account, and to keep all", _gains_topics
)
STRICTER_COMPARISON = Direction(
    "to include the threshold itself",
    lambda change: (change.before, change.after) in (_ABOVE, _BELOW),
)
SOONER = Direction(
    "fewer readings, such that the alarm goes off in every case in which it did",
    _goes_off_as_soon,
)
