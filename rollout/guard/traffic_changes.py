"""Detects what a plan changes for traffic: which records answer, and what carries the requests."""

from pay.model.stack_kind import Loss
from pay.model.stacks import REGISTRY, RESOURCE_TYPES
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.order import SCHEDULED_ACTION
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE, States, names_in

ALARM = "aws_cloudwatch_metric_alarm"
CANARY = "aws_synthetics_canary"
COMPOSITE_ALARM = "aws_cloudwatch_composite_alarm"
DASHBOARD = "aws_cloudwatch_dashboard"
LOG_GROUP = "aws_cloudwatch_log_group"
SCALABLE_TARGET = "aws_appautoscaling_target"
SCHEDULE = "aws_scheduler_schedule"

SUPPRESSIONS = frozenset(
    {"aws_guardduty_filter", "aws_inspector2_filter", "aws_securityhub_automation_rule"}
)
"""Without one, people only hear of more."""

CARRIERS = RESOURCE_TYPES - {
    *(ALARM, COMPOSITE_ALARM, DASHBOARD, RECORD_TYPE, SCHEDULED_ACTION, TASK_DEFINITION),
    *REGISTRY.types,
    *SUPPRESSIONS,
}
"""The types through which a request passes, and those that tasks need to start, scale and be
watched. The stacks create all of them. Alarms, images, records and scheduled actions have rules of
their own, task definitions revisions, and only people read a dashboard. A changed lifecycle policy
of images is always a new one. No image is lost between the two. Source: hashicorp/aws 5.100,
`policy` of `aws_ecr_lifecycle_policy`.
"""


def takes_a_carrier(plan: StackPlan, change: ResourceChange) -> bool:
    """Return whether the change takes away something that a request or a starting task needs. A
    replaced task definition is a new revision, and the old one's tasks run on.
    """
    if plan.stack.kind.may_lose is Loss.ANY_TIME:
        return False
    if change.type == TASK_DEFINITION:
        return change.is_removed
    return change.goes and change.type in CARRIERS and not is_handed_over(plan, change)


def is_handed_over(plan: StackPlan, change: ResourceChange) -> bool:
    """Return whether the change is a side's log group that the platform's stack holds from now on
    (docs/decisions/0122-keep-log-groups-in-the-platform.md).
    """
    is_of_a_side = change.type == LOG_GROUP and plan.stack.kind.side is not None
    return is_of_a_side and change.verb is Verb.FORGET


def moves_traffic(plan: StackPlan) -> bool:
    """Return whether a name that answers already gets other records. A new name moves nothing."""
    return plan.stack.kind.holds_records and any(
        name.before and _shape(name.before) != _shape(name.after) for name in names_in(plan.plan)
    )


def _shape(records: States) -> set[tuple[object, ...]]:
    return {(r.set_identifier, r.policies, r.weight, r.alias) for r in records}
