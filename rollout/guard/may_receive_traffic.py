"""Detects whether traffic can reach what a stack holds, or depends on it."""

from pay.model import Side, Stage
from pay.model.stack_kind import Loss
from pay.model.stacks import OTHER, RESOURCE_TYPES
from rollout.guard.rule import Context
from rollout.plans.read import StackPlan

UNREACHED = {
    Side.EC2: frozenset({Stage.RETIRED}),
    Side.FARGATE: frozenset({Stage.LEGACY, Stage.DARK}),
}
"""The stages at which no record leads to a side, so that it may be deleted or rebuilt."""

INSTANCE_TYPES = frozenset(
    {"aws_autoscaling_group", "aws_ecs_capacity_provider", "aws_launch_template"}
)
"""The resources that form EC2 instances: without traffic once no service needs EC2."""


def why_reached(plan: StackPlan, context: Context) -> str | None:
    """Return in words why the stack's resources can receive traffic; None if its side cannot."""
    side, stage = plan.stack.kind.side, context.stage(plan)
    if side is None:
        return f"{plan.stack.id} does not belong to one side, so it may always receive traffic"
    if stage in UNREACHED[side]:
        return None
    return f"{plan.stack.service} is at {stage}, where its {side} side can receive traffic"


def needs_ec2(plan: StackPlan, context: Context) -> bool:
    """Return whether EC2 instances that the stack holds, or uses, may be needed."""
    if plan.stack.kind.holds_instances or plan.stack.kind is OTHER:
        services = context.environment(plan).services.values()
        return any(service.stage is not Stage.RETIRED for service in services)
    return plan.stack.kind.side is Side.EC2 and context.stage(plan) is not Stage.RETIRED


def why_it_matters(plan: StackPlan, context: Context, type: str) -> str | None:
    """Return in words why a change in place of a resource of this type can hurt. None: it cannot,
    or the stacks do not create that type, and another rule refuses it.
    """
    if type not in RESOURCE_TYPES or plan.stack.kind.may_lose is Loss.ANY_TIME:
        return None
    if type in INSTANCE_TYPES and not needs_ec2(plan, context):
        return None
    return why_reached(plan, context)
