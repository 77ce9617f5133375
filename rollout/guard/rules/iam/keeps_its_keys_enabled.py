"""A key is never disabled: from then on nothing that it encrypts is read or written any more, so no
task that needs a secret or a queue under it starts or works, on either side, and logs are lost
(AWS: KMS developer guide, "Enabling and disabling keys").
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.plan import Values
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type == "aws_kms_key" and change.change.after is not None:
            if text := _disabled(change.change.after, change.change.after_unknown):
                yield Finding(
                    change.address,
                    text,
                    "keep it enabled; to stop using it move what it encrypts to another key first",
                )


def _disabled(after: Values, unknown: object) -> str | None:
    """In words, why the key may be of no use afterwards; None: it is enabled, as AWS makes keys
    that nothing is said about.
    """
    if is_marked(unknown, "is_enabled"):
        return "is_enabled is known only after apply"
    value = after.get("is_enabled")
    return None if value in (None, True) else f"is_enabled is {value}"
