"""No plan overwrites a record that Route 53 has already: with `allow_overwrite` a creation is an
UPSERT (provider hashicorp/aws, `aws_route53_record`). The state holds no such record, so the plan
does not show what it replaces. The rules about the records before do not see it.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.records import RECORD_TYPE
from rollout.plans.references import is_left_to_provider
from rollout.plans.values import is_unset

_SWITCH = "allow_overwrite"


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written(RECORD_TYPE):
        if text := _overwrites(plan.plan, change):
            yield GuardFinding(
                change.address,
                f"{_SWITCH} is {text}",
                f"leave {_SWITCH} out, and import the record that exists already: then the "
                "plan shows what it replaces",
            )


def _overwrites(plan: Plan, change: ResourceChange) -> str | None:
    """Return the switch when it may replace a record; None if it cannot. The provider may compute
    it, so that it is unknown also where the code does not set it.
    """
    if change.is_unknown(_SWITCH):
        is_left_out = is_left_to_provider(plan, change, _SWITCH)
        return None if is_left_out else "known only after apply"
    value = change.after.get(_SWITCH)
    return None if is_unset(value) else str(value)
