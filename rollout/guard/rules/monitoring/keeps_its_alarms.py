"""From `ready` to `soak` both sides keep their alarms: they decide whether a service moves on or
back, and CloudWatch forgets the state of a deleted one. `changes-only-what-is-harmless` judges what
an alarm watches and whom it notifies.
"""

from rollout.guard.may_receive_traffic import why_alarms_decide
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.traffic_changes import ALARM
from rollout.plans.plan import PAST
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_alarms_decide(plan, context)
    for change in plan.plan.moving:
        if where and change.type == ALARM and change.goes:
            yield Finding(
                change.address,
                f"{where}: the alarm is {PAST[change.verb]}",
                "keep it until the service is past soak, or make the better one beside it",
            )
