"""No new key replaces one that encrypted something. Where a key of the stack is deleted, or waits
for its deletion, Terraform plans a new one. What the old one encrypts becomes unreadable when KMS
deletes it, for good. Source: AWS KMS developer guide, "Deleting AWS KMS keys". Until then its
deletion can be cancelled.
"""

from collections.abc import Iterator

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.references import Dependencies

KEY = "aws_kms_key"

_USES = ("kms_key_id", "kms_master_key_id", "target_key_id")
"""The attributes of a log group, a topic and an alias."""


def check(plan: StackPlan, context: Context) -> Findings:
    deleted = {drift.address for drift in plan.plan.resource_drift if drift.goes}
    for change in plan.plan.written(KEY):
        if change.verb is not Verb.CREATE:
            continue
        used = list(_used_with_another(plan.plan, change))
        if change.address in deleted or used:
            yield GuardFinding(
                change.address,
                "the plan recreates a key; the one before it "
                + (f"is that of {', '.join(used)}" if used else "was deleted outside Terraform"),
                "do not apply. Cancel the deletion of the key before it (aws kms "
                "cancel-key-deletion, aws kms enable-key). If the state has lost it, import it",
            )


def _used_with_another(plan: Plan, key: ResourceChange) -> Iterator[str]:
    """Yield what exists already, with a key, and gets the new one."""
    dependencies = Dependencies(plan.configuration)
    for change in plan.managed:
        had = [name for name in _USES if change.before.get(name) and change.is_unknown(name)]
        if had and dependencies.needs(change.address, key.address):
            yield change.address
