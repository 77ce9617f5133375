"""The artefacts of canaries' runs stay closed and encrypted while the environment has smoke tests.
They are screenshots and network traces of payment pages, with the tokens of test accounts in them.
Source: PCI DSS v4.0.1, 1.4.4 and 3.5.1. `widens-no-iam-statement` judges what the bucket's policy
admits.
"""

from collections.abc import Iterator

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import PAST, ResourceChange, Verb
from rollout.plans.read import StackPlan
from rollout.plans.values import dig

_BUCKET = "aws_s3_bucket"
_PUBLIC = f"{_BUCKET}_public_access_block"
_ENCRYPTION = f"{_BUCKET}_server_side_encryption_configuration"
_KEPT = frozenset(
    {_BUCKET, _PUBLIC, _ENCRYPTION, f"{_BUCKET}_policy", f"{_BUCKET}_logging", "aws_kms_key"}
)
_CLOSED = (
    *("block_public_acls", "block_public_policy"),
    *("ignore_public_acls", "restrict_public_buckets"),
)
_ALGORITHM = ("rule", 0, "apply_server_side_encryption_by_default", 0, "sse_algorithm")


def check(plan: StackPlan, context: Context) -> Findings:
    if not plan.stack.kind.holds_canaries or context.environment(plan).smoke is None:
        return
    for change in plan.plan.moving:
        for saw in _opened(change):
            yield GuardFinding(change.address, saw, "keep it closed, encrypted and logged")


def _opened(change: ResourceChange) -> Iterator[str]:
    if change.type not in _KEPT:
        return
    goes_for_good = change.type in (_BUCKET, "aws_kms_key") and change.verb is Verb.REPLACE
    if change.is_removed or goes_for_good:
        yield f"{change.type} is {PAST[change.verb]}"
    elif change.type == _PUBLIC:
        for name in _CLOSED:
            if change.after.get(name) is not True:
                yield f"{name} is {change.after.get(name)}"
    elif change.type == _ENCRYPTION:
        algorithm = dig(change.after, *_ALGORITHM)
        if algorithm != "aws:kms":
            yield f"objects are encrypted by {algorithm}, not by a customer key"
