"""Where a side can be sent traffic, a request still finds its tasks: what its listener does, where
it listens, who may reach it, where the tasks are registered and how their health is asked are not
changed under it. All of these act at once, on running tasks, and no deployment rolls them back: a
health check that the running release does not answer makes the whole side unhealthy, and Route 53
then sends everything to the other one.
"""

from collections.abc import Iterator

from pay.model import Side, Stage
from rollout.guard.context import Context
from rollout.guard.decrease import newly_set
from rollout.guard.finding import Finding
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import attribute_changes, is_marked, is_unset

_FIXED = {
    "aws_ecs_service": ("load_balancer",),
    "aws_lb_listener": ("default_action", "port", "protocol"),
    "aws_lb_listener_rule": ("action", "condition", "priority"),
    "aws_lb_target_group": (
        "health_check[0].enabled",
        "health_check[0].matcher",
        "health_check[0].path",
        "health_check[0].port",
        "health_check[0].protocol",
    ),
}
"""Attributes, with all that is inside them, that AWS changes in place."""

_ONLY_ADDED_TO = {"aws_lb": ("security_groups", "subnets")}
"""Sets that may grow."""

_UNREACHED = {
    Side.EC2: frozenset({Stage.RETIRED}),
    Side.FARGATE: frozenset({Stage.LEGACY, Stage.DARK}),
}
"""The stages at which no record leads to a side."""

DO = (
    "make it a second resource beside this one and let the release before answer both; where it is "
    "right to change it in place, allow this rule with the reason"
)


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    side, stage = plan.stack.kind.side, context.stage(plan)
    if side and stage in _UNREACHED[side]:
        return
    where = (
        f"{plan.stack.service} is at {stage}, where its {side} side can be sent traffic"
        if side
        else f"{plan.stack.id} is of no side that could be without traffic"
    )
    for change in plan.plan.moving:
        if change.verb is Verb.UPDATE:
            for attribute in _changed(change):
                yield Finding(change.address, f"{where}: {attribute} is changed under it", DO)
            for attribute in _shortened(change):
                yield Finding(change.address, f"{where}: {attribute} lose a member", DO)


def _changed(change: ResourceChange) -> Iterator[str]:
    fixed = _FIXED.get(_usual(change.type), ())
    for attribute in attribute_changes(change.change):
        if any(_is_in(attribute.name, name) for name in fixed) and not newly_set(attribute):
            yield attribute.name


def _is_in(attribute: str, name: str) -> bool:
    """Whether the attribute is the named one, a part of it, or holds it."""
    return (
        attribute == name
        or attribute.startswith((f"{name}[", f"{name}."))
        or (name.startswith(f"{attribute}["))
    )


def _shortened(change: ResourceChange) -> Iterator[str]:
    before, after = change.change.before or {}, change.change.after or {}
    for name in _ONLY_ADDED_TO.get(_usual(change.type), ()):
        old, new = before.get(name), after.get(name)
        unknown = is_marked(change.change.after_unknown, name)
        if unknown or not (is_unset(old) or _holds(new, old)):
            yield name


def _holds(new: object, old: object) -> bool:
    """Whether every member of `old` is one of `new`."""
    if not isinstance(new, list) or not isinstance(old, list):
        return False
    return all(member in new for member in old)


def _usual(type: str) -> str:
    """The provider knows load balancers by two names."""
    return type.replace("aws_alb", "aws_lb", 1)
