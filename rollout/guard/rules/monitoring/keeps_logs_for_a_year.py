"""Logs are kept for a year or more, and for no shorter time than before. Source: PCI DSS v4.0.1,
10.5.1: at least 12 months. CloudWatch deletes what is older soon after a retention is shortened,
for good. A group that stays after its resource is deleted keeps doing so. It is of the class that
subscriptions and metric filters can read. Source: CloudWatch Logs user guide, "Log classes".
"""

from collections.abc import Iterator

from rollout.guard.numbers import number
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import LOG_GROUP
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import is_unset

LEAST_DAYS = 365


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written(LOG_GROUP):
        for text in _shortened(change):
            yield GuardFinding(
                change.address,
                text,
                f"keep its lines for {LEAST_DAYS} days or more, and as long as before. A shorter "
                "time is a new group, for what is logged from then on",
            )


def _shortened(change: ResourceChange) -> Iterator[str]:
    if change.is_unknown("retention_in_days"):
        yield "its retention is known only after apply"
    else:
        days, before = _days(change.after), _days(change.before) if change.before else 0
        if days < max(LEAST_DAYS, before):
            was = f", not {_shown(before)}" if before else ""
            yield f"its lines are kept for {_shown(days)}{was}"
    if change.before.get("skip_destroy") is True and change.after.get("skip_destroy") is not True:
        yield "it is deleted with its resource from now on (skip_destroy)"
    group_class = change.after.get("log_group_class")
    if not is_unset(group_class) and group_class != "STANDARD":
        yield f"its class is {group_class}, which takes no subscription and no metric filter"


def _days(values: dict[str, object]) -> float:
    """Return for how long lines are kept; 0 and nothing are for ever."""
    return number(values.get("retention_in_days")) or float("inf")


def _shown(days: float) -> str:
    return "ever" if days == float("inf") else f"{days:g} days"
