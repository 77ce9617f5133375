"""A new resource takes over nothing that runs. AWS overwrites what has the same name without an
error: alarms, policies, bounds of scaling, the providers of a cluster. Terraform shows a creation.
A new listener opens a port of a load balancer that answers. A second service registers its tasks
where the requests of another arrive. What a stack makes is its own, by its names.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pay.model import addresses, names
from pay.model.scaling.side_scaling import scaling_of
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import ALARM
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import Path, dig, is_unset

_LISTENER, _TARGETS = "aws_lb_listener", "aws_lb_target_group"
_TARGET_GROUP_OF_SERVICE: Path = ("load_balancer", 0, "target_group_arn")

_ONE_FOR_EACH: Mapping[str, tuple[Path, ...]] = {
    ALARM: (("alarm_name",),),
    "aws_appautoscaling_policy": (("resource_id",),),
    "aws_appautoscaling_scheduled_action": (("resource_id",), ("name",)),
    "aws_appautoscaling_target": (("resource_id",),),
    "aws_ecs_capacity_provider": (("auto_scaling_group_provider", 0, "auto_scaling_group_arn"),),
    "aws_ecs_cluster_capacity_providers": (("cluster_name",),),
    "aws_ecs_service": (_TARGET_GROUP_OF_SERVICE,),
    "aws_iam_role_policy": (("role",), ("name",)),
    "aws_sns_topic_policy": (("arn",),),
    "aws_wafv2_web_acl_association": (("resource_arn",),),
}
"""Type -> the attributes of which there is one resource at most. AWS replaces the first one, or
both decide together.
"""

DO = (
    "change the resource that is there, or give the new one what is its own. Where it has to take "
    "over what runs, allow this rule with the reason"
)


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        if change.verb is not Verb.CREATE:
            continue
        written_over = () if _is_declared(plan, change, context) else _written_over(change, context)
        for text in (*written_over, *_not_its_own(plan, change, context)):
            yield GuardFinding(change.address, text, DO)


def _is_declared(plan: StackPlan, change: ResourceChange, context: Context) -> bool:
    """Return whether it is the second policy that the environment's file gives the service."""
    side = context.side(plan)
    return (
        side is not None
        and change.address == str(addresses.REQUESTS_POLICY)
        and "requests" in {policy.name for policy in scaling_of(side).policies}
    )


def _written_over(change: ResourceChange, context: Context) -> Iterator[str]:
    paths = _ONE_FOR_EACH.get(change.type)
    if paths is None:
        return
    own = [dig(change.after, *path) for path in paths]
    if None in own:
        return  # Of something that the same plan makes.
    for other in (each for plan in context.plans for each in plan.plan.managed):
        is_there = other.type == change.type and other.before and not other.is_removed
        if is_there and [dig(other.before, *path) for path in paths] == own:
            yield (
                f"{', '.join(map(str, own))} already has {other.address}; the new "
                f"{change.type} would overwrite it, or decide in its place"
            )


def _not_its_own(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    judge = _JUDGES.get(change.type)
    if judge is not None:
        yield from judge(plan, change, context)


def _alarm(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    environment, side = context.environment(plan), context.side(plan)
    own = names.alarm(environment.name, side.service.name, side.side, "") if side else ""
    if not str(change.after.get("alarm_name", own)).startswith(own):
        yield f"the alarm {change.after['alarm_name']} is not one of {own}..."
    topics = environment.arn("sns", "")
    for attribute in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
        for action in change.after.get(attribute) or ():
            if action is not None and not str(action).startswith(topics):
                yield f"{attribute} has {action}, which is not a topic of {environment.name}"


def _scaling(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    side = context.side(plan)
    own = f"service/{side.cluster}/{side.service.name}" if side else None
    yield from _other_than(change, ("resource_id",), own)


def _service(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    side = context.side(plan)
    yield from _other_than(change, ("name",), side.service.name if side else None)
    cluster = str(change.after.get("cluster") or "").rpartition("/")[2]
    if cluster and side and cluster != side.cluster:
        yield f"it runs in {cluster}, not in {side.cluster}"
    group = dig(change.after, *_TARGET_GROUP_OF_SERVICE)
    if group is not None and group not in _arns(plan.plan, _TARGETS):
        yield f"its tasks get the requests of {group}, which is not a target group of this stack"


def _group(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    for attribute in ("load_balancers", "target_group_arns", "traffic_source"):
        if not is_unset(value := change.after.get(attribute)):
            yield f"its instances get the requests of {value}; ECS alone registers tasks"


def _listener(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    balancer, action = change.after.get("load_balancer_arn"), dig(change.after, "default_action", 0)
    if balancer is None or dig(action, "redirect", 0, "protocol") == "HTTPS":
        return
    yield (
        f"opens {change.after.get('protocol')}:{change.after.get('port')} of a load balancer that "
        f"answers ({balancer}); only a redirect to HTTPS may be added"
    )


def _web_acl(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    side, wanted = context.side(plan), context.environment(plan).load_balancers.web_acl
    known = [
        resource.values.get("arn")
        for resource in plan.plan.prior_state.values.root_module.every_resource()
        if resource.type == "aws_wafv2_web_acl" and resource.values.get("name") == wanted
    ]
    acl = change.after.get("web_acl_arn")
    if side is None or not side.is_public:
        yield "puts a load balancer behind a web ACL that is not public"
    elif acl is not None and acl not in known:
        yield f"puts the load balancer behind {acl}, which is not {wanted}"


def _providers(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    name = change.after.get("cluster_name")
    new = (c for c in plan.plan.written("aws_ecs_cluster") if c.verb is Verb.CREATE)
    if name is not None and name not in [cluster.after.get("name") for cluster in new]:
        yield f"replaces the capacity providers of {name}, a cluster that this plan does not create"


def _topic_policy(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    if (topic := change.after.get("arn")) is not None:
        yield f"replaces the policy of {topic}, a topic that this plan does not create"


def _other_than(change: ResourceChange, path: Path, own: str | None) -> Iterator[str]:
    value: Any = dig(change.after, *path)
    if value is not None and value != own:
        yield f"{path[0]} is {value}, not {own or 'one of this stack'}"


def _arns(plan: Plan, type: str) -> list[object]:
    return [each.after.get("arn") for each in plan.managed if each.type == type]


_Judge = Callable[[StackPlan, ResourceChange, Context], Iterator[str]]

_JUDGES: Mapping[str, _Judge] = {
    ALARM: _alarm,
    "aws_appautoscaling_policy": _scaling,
    "aws_appautoscaling_scheduled_action": _scaling,
    "aws_appautoscaling_target": _scaling,
    "aws_autoscaling_group": _group,
    "aws_ecs_cluster_capacity_providers": _providers,
    "aws_ecs_service": _service,
    _LISTENER: _listener,
    "aws_sns_topic_policy": _topic_policy,
    "aws_wafv2_web_acl_association": _web_acl,
}
