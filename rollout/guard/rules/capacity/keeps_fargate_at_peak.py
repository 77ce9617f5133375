"""From `dark` to `soak` Fargate holds the capacity for the full peak, whatever its weight: DNS
sends it everything when the EC2 side is unhealthy (Route 53 developer guide, "How Amazon Route 53
chooses records when health checking is configured"). Afterwards it alone carries everything: it
may follow demand, from `tasks.min` up to the peak at least, and may not be kept from it.
"""

from collections.abc import Iterator

from pay.model import Side
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.numbers import decreases, number
from rollout.guard.references import is_left_to_provider
from rollout.guard.set_changes import is_in
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import attribute_changes, dig, is_marked

_TARGET = "aws_appautoscaling_target"
_SCHEDULE = "aws_appautoscaling_scheduled_action"


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    service, stage = plan.stack.service, context.stage(plan)
    if plan.stack.kind.side is not Side.FARGATE or service is None or stage is None:
        return
    if not stage.has_fargate:
        return
    tasks = context.environment(plan).services[service].tasks
    lowest = tasks.peak if stage.pins_fargate_at_peak else tasks.min
    until = " until it is past soak" if stage.pins_fargate_at_peak else ""
    do = f"keep min_capacity at {lowest} or more and max_capacity at {tasks.peak} or more{until}"
    for change in plan.plan.managed:
        texts = [*_may_be_taken_away(change), *_below(change, lowest, tasks.peak)]
        if stage.pins_fargate_at_peak and change.type == _TARGET:
            texts += decreases(change, ("min_capacity", "max_capacity"))
        for text in texts:
            yield Finding(change.address, f"{service} is at {stage}: {text}", do)
        if _cannot_grow(plan.plan, change):
            yield Finding(
                change.address,
                f"{service} is at {stage}: scaling may not go up (dynamic_scaling_out_suspended)",
                "leave suspended_state out: tasks are to be added when demand asks for them",
            )


def _may_be_taken_away(change: ResourceChange) -> Iterator[str]:
    if change.type == _SCHEDULE and change.verb in (Verb.CREATE, Verb.UPDATE, Verb.REPLACE):
        yield "a schedule can scale Fargate in"
    if change.type == "aws_ecs_service" and change.verb is Verb.UPDATE:
        for attribute in attribute_changes(change.change):
            if is_in(attribute.name, "capacity_provider_strategy"):
                yield f"{attribute.name} changes: AWS may take away what is not plain Fargate"


def _cannot_grow(plan: Plan, change: ResourceChange) -> bool:
    """Whether tasks are no longer added when demand asks for them, or nobody can tell (AWS:
    Application Auto Scaling user guide, "Suspend and resume scaling").

    The provider computes the block for a new target; an update knows it. A `dynamic` block is left
    out of a plan's configuration, as if nobody had written it: the gate refuses those.
    """
    if change.type != _TARGET or change.change.after is None:
        return False
    if is_marked(change.change.after_unknown, "suspended_state"):
        is_new = change.verb is not Verb.UPDATE
        return not (is_new and is_left_to_provider(plan, change, "suspended_state"))
    suspended = dig(change.change.after, "suspended_state", 0, "dynamic_scaling_out_suspended")
    return suspended not in (None, False)


def _below(change: ResourceChange, lowest: int, peak: int) -> Iterator[str]:
    """Where the bounds of scaling are lower than what the side has to carry, or not known."""
    if change.type != _TARGET:
        return
    if change.verb in (Verb.DELETE, Verb.FORGET):
        yield "the bounds of its scaling go"
        return
    for attribute, way, needed in (("min_capacity", "down", lowest), ("max_capacity", "up", peak)):
        bound = number((change.change.after or {}).get(attribute))
        if is_marked(change.change.after_unknown, attribute):
            bound = None
        if bound is None or bound < needed:
            only = "only " if way == "up" else ""
            yield f"scaling may go {way} to {only}{'?' if bound is None else bound} tasks"
