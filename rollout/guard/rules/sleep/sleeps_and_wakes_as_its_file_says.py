"""A schedule of an environment that sleeps makes the call that its file plans, at its time, and
nothing else. Each is spelled as Scheduler wants it, because AWS looks at the keys of its input when
it fires. A key in the API's own case (`DBInstanceIdentifier`) fails every night. It tries for half
an hour and no longer, because a late stop would land in the next wake. A schedule that wakes is
deleted only with what it wakes. The databases start within seven days, because RDS would start them
by itself, unseen.
"""

from collections.abc import Iterator

from pay.json_text import parsed
from pay.model import Environment, names
from pay.model.stack_kind import Declaration
from pay.sleep.planned import LONGEST_DELAY, RETRIES, PlannedSchedule, planned
from pay.unread import Unread
from rollout.guard.rule import Context, Findings
from rollout.guard.schedules import (
    DEAD_LETTERS,
    INPUT,
    TARGET,
    against,
    differences,
    keeps_what_failed,
    shown,
    words,
)
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import Path, dig

DO = "write the hours in the table `sleep` of the environment's file, which the stack renders"


def check(plan: StackPlan, context: Context) -> Findings:
    environment = context.environment(plan)
    if plan.stack.kind.declared_by is not Declaration.SLEEP:
        return
    wanted = {each.name: each for each in planned(environment)} if environment.sleep else {}
    yield from against(
        plan.plan,
        wanted,
        lambda change, each: _differences(plan.plan, change, each, environment),
        source="the file",
        keep="keep it as long as the file plans it",
        do=DO,
    )


def _differences(
    plan: Plan, change: ResourceChange, each: PlannedSchedule, environment: Environment
) -> Iterator[str]:
    values: dict[Path, object] = {
        ("schedule_expression",): each.at.cron,
        ("schedule_expression_timezone",): each.at.zone,
        ("group_name",): names.sleep_group(environment.name),
        ("flexible_time_window", 0, "mode"): "OFF",
        (*TARGET, "arn"): each.call.arn,
        (*TARGET, "retry_policy", 0, "maximum_event_age_in_seconds"): int(
            LONGEST_DELAY.total_seconds()
        ),
        (*TARGET, "retry_policy", 0, "maximum_retry_attempts"): RETRIES,
    }
    yield from differences(change, values)
    if change.after.get("state") not in (None, "ENABLED") or change.is_unknown("state"):
        yield f"state is {words(change, ('state',))}, not ENABLED"
    if not _has_input(change, each):
        yield f"{shown(INPUT)} is {words(change, INPUT)}, not {dict(each.call.input)}"
    queue = names.sleep_dead_letters(environment.name)
    if each.keeps_failure and not keeps_what_failed(plan, change, environment, queue):
        yield f"{shown(DEAD_LETTERS)} is {words(change, DEAD_LETTERS)}, not {queue}"


def _has_input(change: ResourceChange, each: PlannedSchedule) -> bool:
    try:
        return (
            not change.is_unknown(*INPUT) and parsed(dig(change.after, *INPUT)) == each.call.input
        )
    except Unread:
        return False
