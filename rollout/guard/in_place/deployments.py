"""The directions in which a deployment gets more careful, and still ends."""

from collections.abc import Iterable
from math import ceil

from pay.model.side import DEPLOYMENT_MAXIMUM_PERCENT, STEADY_STATE_SECONDS
from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.declared import side_now
from rollout.guard.in_place.directions import HIGHER, SafeDirection
from rollout.guard.numbers import number

_HALF_SECONDS = STEADY_STATE_SECONDS // 2
"""A deployment starts tasks and ends others. Neither may take more of the time."""


def _is_in_time(change: InPlace) -> bool:
    """Return whether a longer time fits into a deployment, or is what the catalogue derives."""
    side, seconds = side_now(change), number(change.after)
    timing = side.service.timing if side else None
    derived = timing.health_check_grace_period_seconds if timing else 0
    is_higher = HIGHER.is_safe(change)
    return is_higher and seconds is not None and seconds <= max(_HALF_SECONDS, derived)


def _ends_with_more_healthy(change: InPlace) -> bool:
    least = number(change.after)
    most = number(change.resource.after.get("deployment_maximum_percent"))
    most = DEPLOYMENT_MAXIMUM_PERCENT if most is None else most
    if least is None or not HIGHER.is_safe(change):
        return False
    return all(_proceeds(count, least, most) for count in _counts(change))


def _counts(change: InPlace) -> Iterable[int]:
    """Return how many tasks there may be when a deployment begins."""
    wanted, side = number(change.resource.after.get("desired_count")), side_now(change)
    counts = (int(wanted or 0), side.deployment.tasks.lowest if side else 0)
    return [count for count in counts if count] or [1]


def _proceeds(count: int, least_percent: float, most_percent: float) -> bool:
    """Return whether ECS can replace `count` tasks. It stops or starts one only between the bounds:
    it rounds the lower up and the upper down. Source: ECS API reference, `DeploymentConfiguration`.
    More than all of them are never healthy at the end.
    """
    may_start = count * most_percent // 100 > count
    may_stop = ceil(count * least_percent / 100) < count
    return least_percent <= 100 and (may_start or may_stop)


IN_TIME = SafeDirection(
    f"longer, up to {_HALF_SECONDS} s or the catalogue's",
    _is_in_time,
)
MORE_HEALTHY = SafeDirection(
    "a higher share, up to 100 %, with which ECS can still stop or start a task",
    _ends_with_more_healthy,
)
