"""Target tracking as Application Auto Scaling does it, as far as that is known.

AWS states: out fast and in proportion, in gradually, rounding against too little capacity. No
scale-in during a deployment or on missing data. Of several policies one is enough to scale out, and
all must agree to scale in. Source: Application Auto Scaling user guide, "How target tracking
scaling works". The alarms look at 3 and at 15 minutes. Assumed: the lower threshold, and the step
of a scale-in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pay.model.scaling.side_scaling import Tracking

BREACHES, CALM_MINUTES = 3, 15
LOW_PART = 0.9
"""Scale-in is assumed to begin below this part of the target."""

LARGEST_STEP_IN = 0.1
"""The assumed part of the tasks that one scale-in takes away, and at least one."""

LONG_AGO = -math.inf

Readings = Sequence[float | None]
"""The averages of whole minutes, the latest last; None where CloudWatch had no data."""


@dataclass(frozen=True)
class Past:
    """The last actions of scaling, in seconds of the same clock as `now`."""

    out_at: float = LONG_AGO
    out_wanted: int = 0
    in_at: float = LONG_AGO


@dataclass(frozen=True)
class Bounds:
    """Between which numbers of tasks scaling may choose."""

    min: int
    max: int

    def clamp(self, count: int) -> int:
        """Return the count within the bounds, which a new bound sets at once."""
        return max(self.min, min(self.max, count))


def follow(
    policies: Sequence[tuple[Tracking, Readings]],
    *,
    desired: int,
    bounds: Bounds,
    now: float,
    past: Past,
    is_deploying: bool = False,
) -> tuple[int, Past]:
    """Return the desired count after a look at the metrics, and the past of the next look."""
    wanted = max((_out(policy, readings, desired) for policy, readings in policies), default=0)
    wanted = min(bounds.max, wanted)
    out_seconds = min((policy.scale_out_seconds for policy, _ in policies), default=0)
    if wanted > desired:
        if now - past.out_at >= out_seconds or wanted > past.out_wanted:
            return wanted, Past(now, wanted, past.in_at)
        return desired, past
    in_seconds = max((policy.scale_in_seconds for policy, _ in policies), default=0)
    is_cool = now - max(past.out_at, past.in_at) >= in_seconds
    fewer = [_in(policy, readings, desired) for policy, readings in policies]
    if is_deploying or not is_cool or not fewer or None in fewer:
        return desired, past
    wanted = max(bounds.min, *(each for each in fewer if each is not None))
    if wanted < desired:
        return wanted, Past(past.out_at, past.out_wanted, now)
    return desired, past


def _out(policy: Tracking, readings: Readings, desired: int) -> int:
    """Return the count that a policy asks for; 0 if it does not ask."""
    last = [each for each in readings[-BREACHES:] if each is not None and each > policy.target]
    if len(last) < BREACHES:
        return 0
    return math.ceil(desired * last[-1] / policy.target)


def _in(policy: Tracking, readings: Readings, desired: int) -> int | None:
    """Return the count that a policy would do with; None if it does not agree to fewer."""
    calm = [each for each in readings[-CALM_MINUTES:] if each is not None]
    if len(calm) < CALM_MINUTES or max(calm) >= policy.target * LOW_PART:
        return None
    enough = math.ceil(desired * max(calm) / policy.target)
    return max(enough, desired - max(1, math.floor(desired * LARGEST_STEP_IN)))
