"""No IAM statement gives more than before (PCI DSS v4.0.1, 7.2.1 and 7.2.5: least privileges). A
new role's policies are judged alone: no `*` for everything, no `*` as principal; a new policy of a
role that exists already is compared with nothing.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.policies import (
    Statement,
    UnreadablePolicy,
    broad_grants,
    statements_of,
    widenings,
)
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked, is_unset, same

_DOCUMENTS = {
    "aws_iam_group_policy": "policy",
    "aws_iam_policy": "policy",
    "aws_iam_role": "assume_role_policy",
    "aws_iam_role_policy": "policy",
    "aws_iam_user_policy": "policy",
}
_RESOURCE_DOCUMENTS = {
    "aws_ecr_repository_policy": "policy",
    "aws_kms_key": "policy",
    "aws_kms_key_policy": "policy",
    "aws_s3_bucket_policy": "policy",
    "aws_secretsmanager_secret_policy": "policy",
    "aws_sns_topic": "policy",
    "aws_sns_topic_policy": "policy",
    "aws_sqs_queue_policy": "policy",
    "aws_vpc_endpoint_policy": "policy",
}
"""Policies of one resource, where `*` means that resource."""

_OWNERS = {
    "aws_iam_role_policy": ("aws_iam_role", "role"),
    "aws_iam_role_policy_attachment": ("aws_iam_role", "role"),
    "aws_sns_topic_policy": ("aws_sns_topic", "arn"),
    "aws_kms_key_policy": ("aws_kms_key", "key_id"),
}
"""Which resource a policy belongs to, and through which attribute."""

_NEVER = frozenset(
    {"aws_iam_access_key", "aws_iam_user", "aws_iam_user_login_profile", "aws_kms_grant"}
)
"""Standing credentials and grants beside the policies: their creation alone widens."""

_BROAD_MANAGED = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")

DO = (
    "give only what the service needs; when it does need it, say so: --allow "
    "widens-no-iam-statement --because TEXT"
)


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.verb in (Verb.DELETE, Verb.FORGET):
            continue
        for text in (*_document(plan.plan, change), *_others(plan.plan, change)):
            yield Finding(change.address, text, DO)


def _document(plan: Plan, change: ResourceChange) -> Iterator[str]:
    on_resource = change.type in _RESOURCE_DOCUMENTS
    attribute = _DOCUMENTS.get(change.type) or _RESOURCE_DOCUMENTS.get(change.type)
    if attribute is None:
        return
    is_new = change.verb is Verb.CREATE
    belongs_to_new = is_new and _owner_is_new(plan, change)
    if is_marked(change.change.after_unknown, attribute):
        # A new resource's own policy often names it, and its ARN is not known yet; whom a policy
        # of something new lets in is then left to the PCI gate, which reads the HCL.
        if not (belongs_to_new and on_resource):
            yield f"{attribute} is known only after apply"
        return
    try:
        before = _statements(change.change.before, attribute)
        after = _statements(change.change.after, attribute)
    except UnreadablePolicy as error:
        yield f"{attribute} cannot be read: {error}"
        return
    if belongs_to_new:
        yield from broad_grants(after, on_resource=on_resource)
    else:
        yield from widenings(before, after)


def _statements(values: dict[str, object] | None, attribute: str) -> list[Statement]:
    return statements_of((values or {}).get(attribute))


def _others(plan: Plan, change: ResourceChange) -> Iterator[str]:
    before, after = change.change.before or {}, change.change.after or {}
    if change.type in _NEVER and change.verb is Verb.CREATE:
        yield f"a new {change.type} is a credential or grant beside the policies"
    if change.type == "aws_iam_role_policy_attachment" and not same(
        before.get("policy_arn"), after.get("policy_arn")
    ):
        arn = str(after.get("policy_arn") or "a policy known only after apply")
        if not _owner_is_new(plan, change) or arn.endswith(_BROAD_MANAGED) or "FullAccess" in arn:
            yield f"attaches {arn} to {after.get('role')}"
    if change.type == "aws_iam_role":
        boundary = before.get("permissions_boundary")
        if not is_unset(boundary) and not same(boundary, after.get("permissions_boundary")):
            yield "the permissions boundary goes or changes"
        for attribute in ("inline_policy", "managed_policy_arns"):
            if not is_unset(after.get(attribute)) and not same(
                before.get(attribute), after.get(attribute)
            ):
                yield f"{attribute} changes"


def _owner_is_new(plan: Plan, change: ResourceChange) -> bool:
    """Whether what the policy belongs to is created by the same plan; a policy that belongs to
    nothing else is as new as itself.
    """
    if change.type not in _OWNERS:
        return change.verb is Verb.CREATE
    type, attribute = _OWNERS[change.type]
    if is_marked(change.change.after_unknown, attribute):
        return any(c.type == type and c.verb is Verb.CREATE for c in plan.managed)
    wanted = (change.change.after or {}).get(attribute)
    keys = ("name", "id", "arn", "key_id")
    return any(
        c.type == type
        and c.verb is Verb.CREATE
        and wanted in [(c.change.after or {}).get(key) for key in keys]
        for c in plan.managed
    )
