"""EC2 keeps its capacity until it is retired, however idle: a rollback, or a sick Fargate side, can
hand it all traffic from one minute to the next.
"""

from collections.abc import Iterator

from pay.model import Side, Stage
from pay.model.stacks import PLATFORM
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.numbers import decreases, newly_set, number
from rollout.guard.set_changes import gains_members, is_in, loses_members
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import AttributeChange, attribute_changes, is_marked, is_unset, same

_NUMBERS = {"aws_autoscaling_group": ("min_size", "max_size", "desired_capacity")}
"""What must not become smaller."""

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
"""What takes capacity away by itself once it exists: idle EC2 would shrink under it."""

_SWITCHES = {
    "aws_autoscaling_group": ("launch_template[0].id", "protect_from_scale_in"),
    "aws_ecs_capacity_provider": (
        "auto_scaling_group_provider[0].managed_draining",
        "auto_scaling_group_provider[0].managed_scaling",
        "auto_scaling_group_provider[0].managed_termination_protection",
    ),
    "aws_launch_template": ("instance_type",),
}
"""What makes instances go, or makes them smaller or larger by an amount that no number tells."""

_PROTECTIONS = frozenset(
    {
        "auto_scaling_group_provider[0].managed_draining",
        "auto_scaling_group_provider[0].managed_termination_protection",
    }
)
"""Switches that, turned on, only keep instances or tasks longer."""

_PLACES = {
    "aws_autoscaling_group": ("mixed_instances_policy",),
    "aws_ecs_service": ("capacity_provider_strategy", "placement_constraints"),
}
"""Which instances there are and which of them take tasks; also where nothing was said before."""

DO = (
    "keep EC2 at the daily peak until its stage is retired; size it down then, in an apply of its "
    "own"
)


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    if not _holds_needed_ec2(plan, context):
        return
    for change in plan.plan.moving:
        for text in decreases(change, _NUMBERS.get(change.type, ())):
            yield Finding(change.address, f"EC2 capacity is reduced: {text}", DO)
        for provider in _dropped_providers(change):
            yield Finding(change.address, f"the cluster no longer uses {provider}", DO)
        if change.type in _SCALES_IN and change.change.after is not None:
            yield Finding(change.address, f"{change.type} can scale EC2 in", DO)
        for text in _fewer_ways_to_launch(change):
            yield Finding(change.address, text, DO)
        for text in _rolls_instances(change):
            yield Finding(change.address, text, DO)
        for attribute in _switched(change):
            yield Finding(change.address, f"EC2 capacity changes through {attribute}", DO)


def _holds_needed_ec2(plan: StackPlan, context: Context) -> bool:
    if plan.stack.kind is PLATFORM:
        services = context.environment(plan).services.values()
        return any(service.stage is not Stage.RETIRED for service in services)
    return plan.stack.kind.side is Side.EC2 and context.stage(plan) is not Stage.RETIRED


def _dropped_providers(change: ResourceChange) -> list[str]:
    """Capacity providers that a cluster no longer has: what they hold takes no more tasks."""
    if change.type != "aws_ecs_cluster_capacity_providers" or change.verb is not Verb.UPDATE:
        return []
    before = (change.change.before or {}).get("capacity_providers")
    after = (change.change.after or {}).get("capacity_providers")
    kept = after if isinstance(after, list) else []
    return [str(p) for p in before if p not in kept] if isinstance(before, list) else []


def _fewer_ways_to_launch(change: ResourceChange) -> Iterator[str]:
    if change.type == "aws_autoscaling_group" and change.verb is Verb.UPDATE:
        if loses_members(change, "vpc_zone_identifier"):
            yield "the group loses subnets, and with a zone the instances in it"
        if gains_members(change, "suspended_processes"):
            yield "the group stops processes that keep its capacity (suspended_processes)"


def _rolls_instances(change: ResourceChange) -> Iterator[str]:
    """What makes AWS replace running instances by itself: at once where the preferences say so
    (AWS: Auto Scaling API, `RefreshPreferences`, `MinHealthyPercentage`), or those of one age
    together (`MaxInstanceLifetime`).
    """
    if change.type != "aws_autoscaling_group" or change.change.after is None:
        return
    before, after = change.change.before or {}, change.change.after
    refresh = after.get("instance_refresh")
    if is_marked(change.change.after_unknown, "instance_refresh") or not (
        is_unset(refresh) or same(before.get("instance_refresh"), refresh)
    ):
        yield "the group replaces its instances when its template changes (instance_refresh)"
    old, new = (number(values.get("max_instance_lifetime")) for values in (before, after))
    unknown = is_marked(change.change.after_unknown, "max_instance_lifetime")
    if unknown or (new and (not old or new < old)):
        yield f"the group replaces instances by their age (max_instance_lifetime {new or '?'})"


def _switched(change: ResourceChange) -> Iterator[str]:
    if change.verb is not Verb.UPDATE:
        return
    for attribute in attribute_changes(change.change):
        switched = any(is_in(attribute.name, name) for name in _SWITCHES.get(change.type, ()))
        placed = any(is_in(attribute.name, name) for name in _PLACES.get(change.type, ()))
        if placed or (switched and not newly_set(attribute) and not _protects(attribute)):
            yield attribute.name


def _protects(attribute: AttributeChange) -> bool:
    return attribute.name in _PROTECTIONS and (
        (attribute.before, attribute.after) == ("DISABLED", "ENABLED")
    )
