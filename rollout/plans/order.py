"""Orders plans as they are applied: a side comes before the records that lead to it, and after
the records that leave it (as rollout/moves/stack_changes.py lists it for a deploy by hand).
"""

from collections.abc import Iterable

from pay.model.stacks import Turn
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan

_GIVEN_UP = {
    "aws_appautoscaling_target": "min_capacity",
    "aws_cloudwatch_metric_alarm": "threshold",
    "aws_lb": "enable_deletion_protection",
}
"""What a side keeps while a record leads to it; true is more than false."""


def in_order(plans: Iterable[StackPlan]) -> list[StackPlan]:
    """Return the plans by the turns of their kinds; a side that only loses comes after records."""
    return sorted(plans, key=lambda plan: (_turn(plan), plan.stack.id))


def _turn(plan: StackPlan) -> Turn:
    turn, moving = plan.stack.kind.turn, plan.plan.moving
    only_loses = turn is Turn.SIDES and bool(moving) and all(map(_only_loses, moving))
    return Turn.SIDES_THAT_GO if only_loses else turn


def _only_loses(change: ResourceChange) -> bool:
    """Return whether the side is less than before: deleted, no longer held at the tasks of the peak
    or watched for them, or no longer protected from deletion.
    """
    attribute = _GIVEN_UP.get(change.type)
    if attribute is None or change.verb is not Verb.UPDATE:
        return change.is_removed
    old, new = change.before.get(attribute), change.after.get(attribute)
    return isinstance(old, int | float) and isinstance(new, int | float) and new < old
