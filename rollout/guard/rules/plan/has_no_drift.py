"""Records, services, load balancers and what scales are as the last apply left them: a plan on top
of somebody's manual change is not the change that was reviewed (I10).
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import attribute_changes

_WATCHED = (
    "aws_appautoscaling_target",
    "aws_autoscaling_group",
    "aws_ecs_service",
    "aws_lb",
    "aws_route53_record",
)

_COMPUTED = frozenset({"load_balancer_arns", "predicted_capacity", "tags_all", "warm_pool_size"})
"""What AWS or the provider derives from other resources, and nobody sets."""


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for drift in plan.plan.resource_drift:
        if not drift.type.startswith(_WATCHED):
            continue
        if changed := _drifted(plan.plan, drift):
            yield Finding(
                drift.address,
                f"changed outside Terraform: {', '.join(changed)}",
                "find out who changed it and why; put it back, or write it into the code, and "
                "plan again",
            )


def _drifted(plan: Plan, drift: ResourceChange) -> list[str]:
    if drift.goes:
        return ["it is gone"]
    ignored = _COMPUTED | _owned_by_scaling(plan, drift)
    return [
        attribute.name
        for attribute in attribute_changes(drift.change)
        if attribute.path[0] not in ignored
    ]


def _owned_by_scaling(plan: Plan, drift: ResourceChange) -> set[str]:
    """The number that scaling sets: its change is no drift. The ECS capacity provider sets the size
    of an Auto Scaling group between the bounds.
    """
    if drift.type == "aws_autoscaling_group":
        return {"desired_capacity"}
    name = (drift.change.after or {}).get("name")
    is_scaled = drift.type == "aws_ecs_service" and any(
        change.type == "aws_appautoscaling_target"
        and str((change.change.after or {}).get("resource_id")).endswith(f"/{name}")
        for change in plan.managed
    )
    return {"desired_count"} if is_scaled else set()
