"""Orders plans as they are applied. A side comes before the records that lead to it, and after the
records that leave it. `rollout/moves/stack_changes.py` sorts a deploy by hand by the same turns.
"""

from collections.abc import Iterable, Mapping

from pay.model.stack_kind import Turn
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import MINIMUM_HEALTHY, Path, dig

_ALARM = "aws_cloudwatch_metric_alarm"

SCHEDULED_ACTION = "aws_appautoscaling_scheduled_action"

_GIVEN_UP: Mapping[str, Path] = {
    "aws_appautoscaling_target": ("min_capacity",),
    _ALARM: ("threshold",),
    "aws_lb": ("enable_deletion_protection",),
    "aws_lb_target_group": MINIMUM_HEALTHY,
}
"""The settings that a side keeps while a record leads to it; true is more than false."""


def in_order(plans: Iterable[StackPlan]) -> list[StackPlan]:
    """Return the plans by the turns of their kinds; a side that only loses comes after records."""
    return sorted(plans, key=lambda plan: (_turn(plan), plan.stack.id))


def _turn(plan: StackPlan) -> Turn:
    turn, moving = plan.stack.kind.turn, plan.plan.moving
    only_loses = turn is Turn.SIDES and bool(moving) and all(map(_only_loses, moving))
    return Turn.SIDES_THAT_GO if only_loses else turn


def _only_loses(change: ResourceChange) -> bool:
    """Return whether the side is less than before: deleted, or no longer protected from deletion.
    It is also less when it is no longer held at the tasks of the peak, or watched for them. So it
    is when DNS asks it for fewer. An alarm that follows the stage keeps its threshold. It calls
    somebody in either order.
    """
    if change.type == SCHEDULED_ACTION:
        return not change.is_removed  # An action lowers the tasks at its time.
    path = _GIVEN_UP.get(change.type)
    if path is None or change.verb is not Verb.UPDATE:
        return change.is_removed
    old, new = (_amount(dig(values, *path)) for values in (change.before, change.after))
    if old is None or new is None:
        return False
    return new < old or (change.type == _ALARM and new == old)


def _amount(value: object) -> float | None:
    """Return a number, also one that the provider keeps as text; None if it is not a number."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int | float) else None
