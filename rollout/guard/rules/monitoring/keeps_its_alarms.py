"""A side that can receive traffic keeps its alarms: they decide whether a service moves on or back,
afterwards they alone say that it is sick, and CloudWatch forgets the state of a deleted one.
`changes-only-what-is-harmless` judges what an alarm watches and whom it notifies.
"""

from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.traffic_changes import ALARM
from rollout.plans.plan import PAST
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    for change in plan.plan.moving:
        if where and change.type == ALARM and change.goes:
            yield Finding(
                change.address,
                f"{where}: the alarm is {PAST[change.verb]}",
                "keep it until the side cannot receive traffic, or make the better one beside it",
            )
