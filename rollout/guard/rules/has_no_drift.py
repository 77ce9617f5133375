"""Records, services and load balancers are as the last apply left them: a plan on top of somebody's
manual change is not the change that was reviewed.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import attribute_changes

_WATCHED = (
    "aws_alb",
    "aws_ecs_service",
    "aws_lb",
    "aws_route53_record",
)

_COMPUTED = frozenset({"load_balancer_arns", "tags_all"})
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
    ignored = _COMPUTED | ({"desired_count"} if _is_scaled(plan, drift) else set())
    return [
        attribute.name
        for attribute in attribute_changes(drift.change)
        if attribute.path[0] not in ignored
    ]


def _is_scaled(plan: Plan, drift: ResourceChange) -> bool:
    """Whether scaling owns the service's count: then its change is no drift."""
    name = (drift.change.after or {}).get("name")
    return drift.type == "aws_ecs_service" and any(
        change.type == "aws_appautoscaling_target"
        and str((change.change.after or {}).get("resource_id")).endswith(f"/{name}")
        for change in plan.managed
    )
