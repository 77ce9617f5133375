"""A key is never disabled: from then on nothing that it encrypts is read or written any more. Tasks
that need a secret or a queue under it neither start nor work, on either side. Logs are lost.
Source: AWS KMS developer guide, "Enabling and disabling keys".
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written("aws_kms_key"):
        unknown, value = change.is_unknown("is_enabled"), change.after.get("is_enabled")
        if unknown or value not in (None, True):  # AWS enables a key by default.
            yield GuardFinding(
                change.address,
                f"is_enabled is {'known only after apply' if unknown else value}",
                "keep it enabled; to stop using it move what it encrypts to another key first",
            )
