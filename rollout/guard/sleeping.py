"""Detects in plans which sides sleep: they have no task, as their environment's file lets them."""

from collections.abc import Iterator

from rollout.guard.numbers import number
from rollout.guard.rule import Context
from rollout.plans.plan import Plan

_COUNTS = {"aws_appautoscaling_target": "max_capacity", "aws_ecs_service": "desired_count"}
"""Type -> the attribute that is 0 in sleep. On Fargate the bounds decide the count."""


def sleeping(context: Context) -> Iterator[str]:
    """Yield the stacks whose side sleeps, in the order of the plans."""
    for plan in context.plans:
        if context.environment(plan).sleep and plan.stack.kind.side and _has_no_task(plan.plan):
            yield plan.stack.id


def _has_no_task(plan: Plan) -> bool:
    counts = {
        change.type: number(change.after.get(_COUNTS[change.type]))
        for change in plan.managed
        if change.type in _COUNTS
    }
    # Bounds first: the service's own count is what a plan saw last.
    return next((counts[type] for type in _COUNTS if type in counts), None) == 0
