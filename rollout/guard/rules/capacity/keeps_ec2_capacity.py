"""EC2 keeps its capacity until it is retired, however idle. A rollback, or a sick Fargate side, can
hand it all traffic from one minute to the next.
"""

from collections.abc import Iterator

from rollout.guard.may_receive_traffic import needs_ec2
from rollout.guard.numbers import decreases, number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import is_unset, same

_GROUP = "aws_autoscaling_group"

_SCALES_IN = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
        "aws_autoscaling_policy",
        "aws_autoscaling_schedule",
        "aws_autoscalingplans_scaling_plan",
    }
)
"""The types that remove capacity by themselves once they exist: they would shrink idle EC2."""

DO = (
    "keep EC2 at the daily peak until its stage is retired. Size it down then, in an apply of its "
    "own"
)


def check(plan: StackPlan, context: Context) -> Findings:
    if needs_ec2(plan, context):
        for change in plan.plan.moving:
            for text in _reductions(change):
                yield GuardFinding(change.address, text, DO)


def _reductions(change: ResourceChange) -> Iterator[str]:
    if change.type in _SCALES_IN and not change.is_removed:
        yield f"{change.type} can scale EC2 in"
    if change.type == _GROUP and not change.is_removed:
        for text in decreases(change, ("min_size", "max_size", "desired_capacity")):
            yield f"EC2 capacity is reduced: {text}"
        yield from _rolls_instances(change)


def _rolls_instances(change: ResourceChange) -> Iterator[str]:
    """Yield what makes AWS replace running instances by itself. The preferences of a refresh can do
    it at once (AWS: Auto Scaling API, `RefreshPreferences`, `MinHealthyPercentage`).
    `MaxInstanceLifetime` does it for the instances of one age together.
    """
    refresh = change.after.get("instance_refresh")
    if change.is_unknown("instance_refresh") or not (
        is_unset(refresh) or same(change.before.get("instance_refresh"), refresh)
    ):
        yield "the group replaces its instances when its template changes (instance_refresh)"
    old, new = (number(v.get("max_instance_lifetime")) for v in (change.before, change.after))
    if change.is_unknown("max_instance_lifetime") or (new and (not old or new < old)):
        yield f"the group replaces instances by their age (max_instance_lifetime {new or '?'})"
