"""From `dark` to `soak` Fargate holds the capacity for the full peak, whatever its weight: DNS
sends it everything when the EC2 side is unhealthy (Route 53 developer guide, "How Amazon Route 53
chooses records when health checking is configured").
"""

from collections.abc import Iterator

from pay.model import Side
from rollout.guard.attributes import is_in
from rollout.guard.context import Context
from rollout.guard.decrease import decreases, number
from rollout.guard.finding import Finding
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import attribute_changes, is_marked

_TARGET = "aws_appautoscaling_target"
_SCHEDULE = "aws_appautoscaling_scheduled_action"


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    service, stage = plan.stack.service, context.stage(plan)
    if plan.stack.kind.side is not Side.FARGATE or service is None or stage is None:
        return
    if not stage.pins_fargate_at_peak:
        return
    peak = context.environment(plan).services[service].tasks.peak
    do = f"keep it at {peak} tasks and more until {service} is past soak"
    for change in plan.plan.managed:
        for text in _reduced(change, peak):
            yield Finding(change.address, f"{service} is at {stage}: {text}", do)


def _reduced(change: ResourceChange, peak: int) -> Iterator[str]:
    if change.type == _SCHEDULE and change.verb in (Verb.CREATE, Verb.UPDATE, Verb.REPLACE):
        yield "a schedule can scale Fargate in"
    if change.type == "aws_ecs_service" and change.verb is Verb.UPDATE:
        for attribute in attribute_changes(change.change):
            if is_in(attribute.name, "capacity_provider_strategy"):
                yield f"{attribute.name} changes: AWS may take away what is not plain Fargate"
    if change.type != _TARGET:
        return
    if change.verb in (Verb.DELETE, Verb.FORGET):
        yield "the bounds of its scaling go"
        return
    yield from decreases(change, ("min_capacity", "max_capacity"))
    lowest = number((change.change.after or {}).get("min_capacity"))
    unknown = is_marked(change.change.after_unknown, "min_capacity")
    if unknown or lowest is None or lowest < peak:
        yield f"scaling may go down to {'?' if unknown or lowest is None else lowest} tasks"
