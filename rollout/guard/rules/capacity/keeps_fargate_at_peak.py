"""From `dark` to `soak` Fargate holds the capacity for the full peak, whatever its weight. DNS
sends it everything when the EC2 side is unhealthy. Source: Route 53 developer guide, "How Amazon
Route 53 chooses records when health checking is configured". Afterwards Fargate alone carries
everything. It may follow demand, from `tasks.min` to at least the peak, only by the schedule of the
environment's file. Nothing may stop it from scaling.
"""

from collections.abc import Iterator, Mapping

from pay.model import Environment, Side, Stage, addresses
from pay.model.scaling.actions import ScheduledAction
from pay.model.scaling.side_scaling import scaling_of
from pay.model.side import ServiceSide
from rollout.guard.numbers import decreases, number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import SCALABLE_TARGET
from rollout.plans.order import SCHEDULED_ACTION
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.references import is_left_to_provider
from rollout.plans.values import dig

_BOUNDS = _LOWEST, _HIGHEST = "min_capacity", "max_capacity"

_BY_THE_FILE = (
    "say in the environment's file how many tasks run when (`tasks.night`, `[[events]]`), and plan "
    "again. A side that DNS failover can hand all traffic has no schedule"
)


def check(plan: StackPlan, context: Context) -> Findings:
    """Judge the bounds by the files of before the change, too. Lowering file and plan together
    still takes capacity away.
    """
    service, stage = plan.stack.service, context.stage(plan)
    if plan.stack.kind.side is Side.EC2:
        return  # `keeps-ec2-capacity` refuses all that scales there.
    if service is None or stage is None:
        for change in plan.plan.written(SCHEDULED_ACTION):
            yield GuardFinding(
                change.address, "schedules are in the stacks of their side", _BY_THE_FILE
            )
        for change in plan.plan.written(SCALABLE_TARGET):
            for text in decreases(change, _BOUNDS):
                yield GuardFinding(change.address, text, "keep the bounds, or raise them")
        return
    if not stage.has_fargate:
        return
    files = (context.deployment(plan), context.deployment_before(plan))
    tasks = [deployment.tasks for deployment in files if deployment]
    peak = max(each.peak for each in tasks)
    side = context.side(plan)
    wanted = _wanted(side) if side else {}
    if stage.pins_fargate_at_peak:
        lowest = peak
    elif any(action.min is not None for action in wanted.values()):
        # Terraform leaves the minimum to the schedule, so it may be that of the night before.
        lowest = min(each.lowest for each in tasks)
    else:
        lowest = max(each.lowest for each in tasks)
    until = " until it is past soak" if stage.pins_fargate_at_peak else ""
    do = f"keep min_capacity at {lowest} or more and max_capacity at {peak} or more{until}"
    if context.environment(plan).sleep:
        do += f": `pay scaling {plan.stack.environment} {service} --register`, and plan again"
    for address in sorted(wanted.keys() - {change.address for change in plan.plan.managed}):
        yield GuardFinding(address, f"{service} is at {stage}: the plan lacks it", _BY_THE_FILE)
    for change in plan.plan.managed:
        if _is_left_to_sleep(change, context.environment(plan), context.side_before(plan)):
            continue
        for text in _lowered(change, lowest, peak, stage):
            yield GuardFinding(change.address, f"{service} is at {stage}: {text}", do)
        for text in _scheduled_otherwise(change, wanted):
            yield GuardFinding(change.address, f"{service} is at {stage}: {text}", _BY_THE_FILE)
        if _cannot_grow(plan.plan, change):
            yield GuardFinding(
                change.address,
                f"{service} is at {stage}: scaling may not go up (dynamic_scaling_out_suspended)",
                "leave suspended_state out, so that tasks are added when demand rises",
            )


def _is_left_to_sleep(
    change: ResourceChange, environment: Environment, before: ServiceSide | None
) -> bool:
    """Return whether the plan leaves bounds alone because the environment sleeps, or will. They are
    0, or still those of the file of before. The command that applies the plan registers the file's
    bounds before it applies the records.
    """
    if environment.sleep is None or change.type != SCALABLE_TARGET or change.moves:
        return False
    right = [[0, 0]]
    if before is not None:
        was = scaling_of(before)
        right.append([was.min, was.max])
    return [number(change.after.get(bound)) for bound in _BOUNDS] in right


def _wanted(side: ServiceSide) -> Mapping[str, ScheduledAction]:
    """Return the scheduled actions of the file by their address."""
    actions = scaling_of(side).actions
    return {str(addresses.scheduled_action(action.name)): action for action in actions}


def _scheduled_otherwise(
    change: ResourceChange, wanted: Mapping[str, ScheduledAction]
) -> Iterator[str]:
    """Yield how a scheduled action differs from the file's. A missing action leaves the tasks of
    the night; a different one removes more of them.
    """
    if change.type != SCHEDULED_ACTION or not change.moves:
        return
    action = wanted.get(change.address)
    if change.is_removed:
        if action is not None:
            yield "its scheduled action is deleted"
        return
    if action is None:
        yield "a schedule that its file does not have can scale Fargate in"
        return
    bounds = ("scalable_target_action", 0)
    for path, value in (
        (("schedule",), action.schedule),
        (("timezone",), action.zone),
        ((*bounds, _LOWEST), action.min),
        ((*bounds, _HIGHEST), action.max),
        (("start_time",), None),
        (("end_time",), None),
    ):
        planned = "?" if change.is_unknown(*path) else dig(change.after, *path)
        if (planned or None) != (None if value is None else str(value)):
            yield f"{path[-1]} of its schedule is {planned}, and {value} in the file"


def _cannot_grow(plan: Plan, change: ResourceChange) -> bool:
    """Return whether the target no longer adds tasks, or may not, when demand rises. Source:
    Application Auto Scaling user guide, "Suspend and resume scaling".

    The provider computes the block for a new target; an update knows it. A plan's configuration
    leaves a `dynamic` block out, as if it were not written. The gate refuses those.
    """
    if change.type != SCALABLE_TARGET or change.is_removed:
        return False
    if change.is_unknown("suspended_state"):
        is_new = change.verb is not Verb.UPDATE
        return not (is_new and is_left_to_provider(plan, change, "suspended_state"))
    suspended = dig(change.after, "suspended_state", 0, "dynamic_scaling_out_suspended")
    return suspended not in (None, False)


def _lowered(change: ResourceChange, lowest: int, peak: int, stage: Stage) -> Iterator[str]:
    """Yield bounds of scaling that are unknown, or lower than what the side has to carry. While the
    stage pins them, lower than before counts, too.
    """
    if change.type != SCALABLE_TARGET:
        return
    if change.is_removed:
        yield "the bounds of its scaling are deleted"
        return
    for attribute, way, needed in (
        (_LOWEST, "down to", lowest),
        (_HIGHEST, "up to only", peak),
    ):
        bound = None if change.is_unknown(attribute) else number(change.after.get(attribute))
        if bound is None or bound < needed:
            yield f"scaling may go {way} {'?' if bound is None else bound} tasks"
        elif stage.pins_fargate_at_peak:
            yield from decreases(change, (attribute,))
