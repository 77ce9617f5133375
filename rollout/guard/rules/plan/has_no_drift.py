"""Records, services, load balancers, scaling, keys, logs and what starts instances are as the last
apply left them. A plan on top of a manual change is not the change that was reviewed (I10).

Topics and clusters have to be there. Terraform recreates what somebody deleted without what it
never knew, such as the subscriptions of a topic.
"""

from rollout.guard.numbers import number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.order import SCHEDULED_ACTION
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import dig

_WATCHED = (
    "aws_appautoscaling_target",
    "aws_autoscaling_group",
    "aws_cloudwatch_log_group",
    "aws_ecs_capacity_provider",
    "aws_ecs_service",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_launch_template",
    "aws_lb",
    "aws_route53_record",
)

_HAS_TO_BE_THERE = ("aws_ecs_cluster", "aws_sns_topic")

_GONE = "it is gone"

_PUT_BACK = "find out why; put it back, or write it into the code, and plan again"
_WAKE = (
    "without a task it sleeps, and so do its databases, which no plan starts. Keep the table "
    "`sleep` in its file until `pay wake` has woken it, then plan again"
)

_COMPUTED = frozenset({"load_balancer_arns", "predicted_capacity", "tags_all", "warm_pool_size"})
"""The attributes that AWS or the provider derives from other resources; the code does not set them.
"""


_SLEEP = frozenset({"desired_count", "max_capacity", "min_capacity"})
"""The attributes that sleep and waking set, where the environment's file has hours for them."""


def check(plan: StackPlan, context: Context) -> Findings:
    for drift in plan.plan.resource_drift:
        is_watched = drift.type.startswith(_WATCHED)
        changed = _drifted(plan.plan, drift) if is_watched else []
        if context.environment(plan).sleep:
            changed = [each for each in changed if each.split(".")[0] not in _SLEEP]
        if drift.goes and drift.type.startswith(_HAS_TO_BE_THERE):
            changed = [_GONE]
        if changed:
            yield GuardFinding(
                drift.address,
                f"changed outside Terraform: {', '.join(changed)}",
                _WAKE if _is_asleep(drift) else _PUT_BACK,
            )


def _is_asleep(drift: ResourceChange) -> bool:
    """Return whether somebody took all tasks away, as sleep does. The plan would start them again,
    and nothing would start their databases.
    """
    return any(number(drift.after.get(each)) == 0 for each in ("max_capacity", "desired_count"))


def _drifted(plan: Plan, drift: ResourceChange) -> list[str]:
    if drift.goes:
        return [_GONE]
    ignored = {*_COMPUTED, _scaled_number(plan, drift), *_scheduled_bounds(plan, drift)}
    return [a.name for a in drift.attributes() if a.path[0] not in ignored]


def _scaled_number(plan: Plan, drift: ResourceChange) -> str | None:
    """Return the attribute that scaling sets. Its change is not a drift. The ECS capacity provider
    sets the size of an Auto Scaling group between the bounds.
    """
    if drift.type == "aws_autoscaling_group":
        return "desired_capacity"
    is_scaled = drift.type == "aws_ecs_service" and any(
        change.type == "aws_appautoscaling_target"
        and str(change.after.get("resource_id")).endswith(f"/{drift.after.get('name')}")
        for change in plan.managed
    )
    return "desired_count" if is_scaled else None


def _scheduled_bounds(plan: Plan, drift: ResourceChange) -> set[str]:
    """Return the bounds of a target that scheduled actions of the same plan change. A fired action
    is not a drift. `keeps-fargate-at-peak` judges the bounds themselves.
    """
    if drift.type != "aws_appautoscaling_target":
        return set()
    return {
        bound
        for change in plan.managed
        if change.type == SCHEDULED_ACTION
        and change.after.get("resource_id") == drift.after.get("resource_id")
        for bound in ("min_capacity", "max_capacity")
        if dig(change.after, "scalable_target_action", 0, bound) is not None
    }
