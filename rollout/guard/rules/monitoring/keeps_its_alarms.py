"""From `ready` to `soak` both sides keep their alarms, and the alarms keep notifying people: they
decide whether a service moves on or back, and CloudWatch forgets the state of a deleted one.
"""

from collections.abc import Iterator

from pay.model import Stage
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.set_changes import loses_members
from rollout.guard.traffic_changes import ALARM
from rollout.plans.plan import PAST, ResourceChange, Verb
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    stage = context.stage(plan)
    is_judged = stage and Stage.READY.position <= stage.position <= Stage.SOAK.position
    if plan.stack.kind.side and not is_judged:
        return
    where = f"{plan.stack.service} is at {stage}" if stage else f"{plan.stack.id} is for all sides"
    for change in plan.plan.moving:
        for text in _silenced(change) if change.type == ALARM else ():
            yield Finding(
                change.address,
                f"{where}: the alarm {text}",
                "keep it until the service is past soak, or make the better one beside it",
            )


def _silenced(change: ResourceChange) -> Iterator[str]:
    if change.goes:
        yield f"is {PAST[change.verb]}"
    elif change.verb is Verb.UPDATE:
        key = "actions_enabled"
        stops = change.after.get(key) is False or change.is_unknown(key)
        if change.before.get(key) is not False and stops:
            yield f"takes no action any more ({key})"
        if loses_members(change, "alarm_actions"):
            yield "no longer notifies one of its targets (alarm_actions)"
