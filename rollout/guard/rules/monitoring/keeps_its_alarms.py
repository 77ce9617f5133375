"""From `ready` to `soak` both sides keep their alarms, and the alarms keep telling people: whether
a service goes on or back is decided by them, and CloudWatch forgets the state of a deleted one.
"""

from collections.abc import Iterator

from pay.model import Stage
from rollout.guard.context import Context
from rollout.guard.finding import TAKEN_AWAY, Finding
from rollout.guard.set_changes import loses_members
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked

ALARM = "aws_cloudwatch_metric_alarm"


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    stage = context.stage(plan)
    if plan.stack.kind.side and not (stage and _decides_by_alarms(stage)):
        return
    where = f"{plan.stack.service} is at {stage}" if stage else f"{plan.stack.id} is of no side"
    for change in plan.plan.moving:
        if change.type == ALARM:
            for text in _silenced(change):
                yield Finding(
                    change.address,
                    f"{where}: the alarm {text}",
                    "keep it until the service is past soak, or make the better one beside it",
                )


def _decides_by_alarms(stage: Stage) -> bool:
    return Stage.READY.position <= stage.position <= Stage.SOAK.position


def _silenced(change: ResourceChange) -> Iterator[str]:
    if change.goes:
        yield f"is {TAKEN_AWAY[change.verb]}"
    elif change.verb is Verb.UPDATE:
        before, after = change.change.before or {}, change.change.after or {}
        if before.get("actions_enabled") is not False and (
            after.get("actions_enabled") is False
            or is_marked(change.change.after_unknown, "actions_enabled")
        ):
            yield "takes no action any more (actions_enabled)"
        if loses_members(change, "alarm_actions"):
            yield "no longer tells one of those whom it told (alarm_actions)"
