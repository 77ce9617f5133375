"""A key is never disabled: from then on nothing that it encrypts is read or written any more, so no
task that needs a secret or a queue under it starts or works, on either side, and logs are lost
(AWS: KMS developer guide, "Enabling and disabling keys").
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type == "aws_kms_key" and _is_disabled(change):
            yield Finding(
                change.address,
                "the key is disabled (is_enabled)",
                "keep it enabled; to stop using a key move what it encrypts to another one first",
            )


def _is_disabled(change: ResourceChange) -> bool:
    """Whether a key that stays or is made cannot be used afterwards, or nobody can tell; one that
    the configuration says nothing about is enabled.
    """
    after = change.change.after
    if after is None:
        return False
    return is_marked(change.change.after_unknown, "is_enabled") or (
        after.get("is_enabled") not in (None, True)
    )
