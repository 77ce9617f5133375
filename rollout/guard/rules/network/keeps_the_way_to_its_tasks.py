"""Where a side can receive traffic, a request still finds its tasks. No plan changes under it what
its listener does, where it listens, which certificate it presents, who may reach it, where the
tasks are registered and how their health is checked. All of these act at once, on running tasks,
and no deployment rolls them back: a health check that the running release does not answer makes the
whole side unhealthy, and Route 53 then sends everything to the other one. A certificate changes
when a more recent one is issued for the same names, and some clients may not know its key.
"""

from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.set_changes import is_in, loses_members
from rollout.plans.plan import Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import is_unset

_FIXED = {
    "aws_ecs_service": ("load_balancer",),
    "aws_lb_listener": ("certificate_arn", "default_action", "port", "protocol"),
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

DO = (
    "make it a second resource beside this one and let the release before answer both; where it is "
    "right to change it in place, allow this rule with the reason"
)


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    if where is None:
        return
    for change in plan.plan.moving:
        if change.verb is not Verb.UPDATE:
            continue
        fixed = _FIXED.get(change.type, ())
        for attribute in change.attributes():
            is_fixed = any(is_in(attribute.name, name) for name in fixed)
            if is_fixed and not is_unset(attribute.before):
                text = f"{where}: {attribute.name} is changed under it"
                yield Finding(change.address, text, DO)
        for name in _ONLY_ADDED_TO.get(change.type, ()):
            if loses_members(change, name):
                yield Finding(change.address, f"{where}: {name} lose a member", DO)
