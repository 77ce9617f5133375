"""A side that can receive traffic keeps its alarms, and the composite alarms over them. They decide
whether a service moves on or back; afterwards they alone say that it is sick. CloudWatch forgets
the state of a deleted alarm. An alarm over both sides may be deleted where the service's stage has
none of its name. The alarm of a canary may be deleted with its schedule.
`changes-only-what-is-harmless` judges what an alarm watches and notifies.
"""

from pay.catalogue import CATALOGUE
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.smoke.alarms import alarm_name
from pay.smoke.targets import targets
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import ALARM, COMPOSITE_ALARM
from rollout.plans.plan import PAST, ResourceChange
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    for change in plan.plan.moving:
        is_alarm = change.type in (ALARM, COMPOSITE_ALARM)
        if where and is_alarm and change.goes and not _has_ended(plan, context, change):
            yield GuardFinding(
                change.address,
                f"{where}: the alarm is {PAST[change.verb]}",
                "keep it until the side cannot receive traffic, or make the better one beside it",
            )


def _has_ended(plan: StackPlan, context: Context, change: ResourceChange) -> bool:
    """Return whether the alarm is no longer wanted: over both sides, at a stage that does not have
    it. The alarm of a canary that nothing schedules counts, too.
    """
    service = plan.stack.service
    environment = context.environment(plan)
    if plan.stack.kind.holds_canaries:
        scheduled = [each for each in targets(environment) if each.side is None]
        return change.before.get("alarm_name") not in {alarm_name(each) for each in scheduled}
    is_theirs = plan.stack.kind.holds_composite_alarms and service in environment.services
    if service is None or not is_theirs:
        return False
    wanted = alarms_over_both(CATALOGUE[service], environment)
    return change.is_removed and change.before.get("alarm_name") not in wanted
