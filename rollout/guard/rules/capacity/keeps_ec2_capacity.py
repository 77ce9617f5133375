"""EC2 keeps its capacity until it is retired, however idle: a rollback, or a sick Fargate side, can
hand it all traffic from one minute to the next.
"""

from collections.abc import Iterator

from pay.model import Side, Stage
from rollout.guard.numbers import decreases, number
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.set_changes import gains_members, is_in, loses_members
from rollout.plans.plan import AttributeChange, ResourceChange, Verb
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
"""What takes capacity away by itself once it exists: it would shrink idle EC2."""

_MANAGED = "auto_scaling_group_provider[0].managed_"
_PROTECTIONS = (f"{_MANAGED}draining", f"{_MANAGED}termination_protection")
"""Switches that, turned on, only keep instances or tasks longer."""

_SWITCHES = {
    _GROUP: ("launch_template[0].id", "protect_from_scale_in"),
    "aws_ecs_capacity_provider": (*_PROTECTIONS, f"{_MANAGED}scaling"),
    "aws_launch_template": ("instance_type",),
}
"""What deletes instances, or changes their size by an amount that no number shows."""

_PLACES = {
    _GROUP: ("mixed_instances_policy",),
    "aws_ecs_service": ("capacity_provider_strategy", "placement_constraints"),
}
"""Which instances exist and which of them take tasks, also when it was not set before."""

DO = (
    "keep EC2 at the daily peak until its stage is retired; size it down then, in an apply of its "
    "own"
)


def check(plan: StackPlan, context: Context) -> Findings:
    if _holds_needed_ec2(plan, context):
        for change in plan.plan.moving:
            for text in _reductions(change):
                yield Finding(change.address, text, DO)


def _holds_needed_ec2(plan: StackPlan, context: Context) -> bool:
    if plan.stack.kind.holds_instances:
        services = context.environment(plan).services.values()
        return any(service.stage is not Stage.RETIRED for service in services)
    return plan.stack.kind.side is Side.EC2 and context.stage(plan) is not Stage.RETIRED


def _reductions(change: ResourceChange) -> Iterator[str]:
    if change.type in _SCALES_IN and not change.is_removed:
        yield f"{change.type} can scale EC2 in"
    if change.type == _GROUP and not change.is_removed:
        for text in decreases(change, ("min_size", "max_size", "desired_capacity")):
            yield f"EC2 capacity is reduced: {text}"
        yield from _rolls_instances(change)
    if change.verb is Verb.UPDATE:
        yield from _updates(change)


def _updates(change: ResourceChange) -> Iterator[str]:
    if change.type == "aws_ecs_cluster_capacity_providers":
        before, after = (v.get("capacity_providers") for v in (change.before, change.after))
        kept = after if isinstance(after, list) else []
        for provider in before if isinstance(before, list) else []:
            if provider not in kept:
                yield f"the cluster no longer uses {provider}"
    if change.type == _GROUP:
        if loses_members(change, "vpc_zone_identifier"):
            yield "the group loses subnets, and with a zone the instances in it"
        if gains_members(change, "suspended_processes"):
            yield "the group stops processes that keep its capacity (suspended_processes)"
    for attribute in change.attributes():
        switched = any(is_in(attribute.name, name) for name in _SWITCHES.get(change.type, ()))
        placed = any(is_in(attribute.name, name) for name in _PLACES.get(change.type, ()))
        if placed or (switched and not is_unset(attribute.before) and not _protects(attribute)):
            yield f"EC2 capacity changes through {attribute.name}"


def _rolls_instances(change: ResourceChange) -> Iterator[str]:
    """Yield what makes AWS replace running instances by itself: at once where the preferences say
    so (AWS: Auto Scaling API, `RefreshPreferences`, `MinHealthyPercentage`), or those of one age
    together (`MaxInstanceLifetime`).
    """
    refresh = change.after.get("instance_refresh")
    if change.is_unknown("instance_refresh") or not (
        is_unset(refresh) or same(change.before.get("instance_refresh"), refresh)
    ):
        yield "the group replaces its instances when its template changes (instance_refresh)"
    old, new = (number(v.get("max_instance_lifetime")) for v in (change.before, change.after))
    if change.is_unknown("max_instance_lifetime") or (new and (not old or new < old)):
        yield f"the group replaces instances by their age (max_instance_lifetime {new or '?'})"


def _protects(attribute: AttributeChange) -> bool:
    turns_on = (attribute.before, attribute.after) == ("DISABLED", "ENABLED")
    return attribute.name in _PROTECTIONS and turns_on
