"""A side that can receive traffic leaves DNS when fewer than half of the tasks that always run are
healthy. With a higher number, it would leave when it scales in. With a lower one, a few healthy
tasks would keep the requests of all. Source: Elastic Load Balancing, "Target group health".
"""

from collections.abc import Iterator

from pay.catalogue import CATALOGUE
from pay.model.side import ServiceSide
from rollout.guard.in_place.attribute import changed_attributes
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.numbers import number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import MINIMUM_HEALTHY, dig, same

_LEAVE = "leave it as it is: a count of healthy tasks alone decides when a side leaves DNS"


def check(plan: StackPlan, context: Context) -> Findings:
    where, needed = why_reached(plan, context), _minimum_healthy(plan, context)
    if where is None:
        return
    fix = f"ask for {needed}, half of the tasks that always run at this stage"
    if needed is None:
        fix = "leave target groups to the sides of services"
    for change in plan.plan.written("aws_lb_target_group"):
        is_unknown = change.is_unknown(*MINIMUM_HEALTHY)
        before, after = (dig(values, *MINIMUM_HEALTHY) for values in (change.before, change.after))
        is_changed = change.verb is not Verb.UPDATE or is_unknown or not same(before, after)
        asked = None if is_unknown else number(after)
        if is_changed and (needed is None or asked != needed):
            yield GuardFinding(
                change.address,
                f"{where}: DNS asks for {'?' if asked is None else asked} healthy tasks",
                fix,
            )
        elif change.verb is Verb.UPDATE:
            for name in _others(change):
                yield GuardFinding(change.address, f"{where}: {name} changes", _LEAVE)


def _others(change: ResourceChange) -> Iterator[str]:
    """Yield what else changes in the block: it decides, too, which tasks get requests."""
    for attribute in changed_attributes(change):
        is_inside = attribute.path[0] == MINIMUM_HEALTHY[0]
        if is_inside and attribute.path != MINIMUM_HEALTHY:
            yield attribute.name


def _minimum_healthy(plan: StackPlan, context: Context) -> int | None:
    """Return what DNS has to ask for; None for a stack that is not a side."""
    service, side = plan.stack.service, plan.stack.kind.side
    if service is None or side is None:
        return None
    return ServiceSide(CATALOGUE[service], context.environment(plan), side).minimum_healthy
