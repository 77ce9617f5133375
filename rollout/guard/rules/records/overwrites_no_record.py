"""No record is written over whatever Route 53 has there: with `allow_overwrite` a creation is an
UPSERT (provider hashicorp/aws, `aws_route53_record`), and the plan, whose state holds no such
record, shows nothing of what it replaces. The rules that look at the records before see none.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.references import is_left_to_provider
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE
from rollout.plans.values import is_marked, is_unset

_SWITCH = "allow_overwrite"


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type == RECORD_TYPE and change.change.after is not None:
            if text := _overwrites(plan.plan, change):
                yield Finding(
                    change.address,
                    text,
                    f"leave {_SWITCH} out, and import the record that exists already: then the "
                    "plan shows what it replaces",
                )


def _overwrites(plan: Plan, change: ResourceChange) -> str | None:
    """In words, why the write may replace a record that the plan does not show; None: it cannot.

    The provider may compute the switch, so that it is unknown also where nobody sets it.
    """
    if is_marked(change.change.after_unknown, _SWITCH):
        is_left_out = is_left_to_provider(plan, change, _SWITCH)
        return None if is_left_out else f"{_SWITCH} is known only after apply"
    value = (change.change.after or {}).get(_SWITCH)
    return None if is_unset(value) else f"{_SWITCH} is {value}"
