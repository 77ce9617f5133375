"""No IAM statement gives more than before (PCI DSS v4.0.1, 7.2.1 and 7.2.5: least privileges). A
new role's policies are judged by what no new policy may have (`rollout.guard.new_policies`); a new
policy of a role that exists already is compared with nothing, and a policy that goes from one role
to another is new to that one.
"""

from collections.abc import Iterator

from pay.iam.document import Statement
from pay.iam.grants import widenings
from pay.model import Environment
from pay.unread import Unread
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.new_policies import Kind, too_much
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.policies import statements_of
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked, is_unset, same

_DOCUMENTS = {
    "aws_iam_group_policy": ("policy", Kind.IDENTITY),
    "aws_iam_policy": ("policy", Kind.IDENTITY),
    "aws_iam_role": ("assume_role_policy", Kind.TRUST),
    "aws_iam_role_policy": ("policy", Kind.IDENTITY),
    "aws_iam_user_policy": ("policy", Kind.IDENTITY),
    "aws_ecr_registry_policy": ("policy", Kind.RESOURCE),
    "aws_ecr_repository_policy": ("policy", Kind.RESOURCE),
    "aws_kms_key": ("policy", Kind.RESOURCE),
    "aws_kms_key_policy": ("policy", Kind.RESOURCE),
    "aws_s3_bucket_policy": ("policy", Kind.RESOURCE),
    "aws_secretsmanager_secret_policy": ("policy", Kind.RESOURCE),
    "aws_sns_topic": ("policy", Kind.RESOURCE),
    "aws_sns_topic_policy": ("policy", Kind.RESOURCE),
    "aws_sqs_queue_policy": ("policy", Kind.RESOURCE),
    "aws_vpc_endpoint_policy": ("policy", Kind.RESOURCE),
}

_ATTACHMENTS = {
    "aws_iam_group_policy_attachment": "group",
    "aws_iam_policy_attachment": "roles",
    "aws_iam_role_policy_attachment": "role",
    "aws_iam_user_policy_attachment": "user",
}
"""Policies by their ARN, and the attribute that says whose: what is in them no plan shows. The
stacks attach none."""

_OWNERS = {
    "aws_iam_role_policy": ("aws_iam_role", "role"),
    "aws_sns_topic_policy": ("aws_sns_topic", "arn"),
    "aws_kms_key_policy": ("aws_kms_key", "key_id"),
}
"""Which resource a policy belongs to, and through which attribute."""

_NEVER = frozenset(
    {"aws_iam_access_key", "aws_iam_user", "aws_iam_user_login_profile", "aws_kms_grant"}
)
"""Standing credentials and grants beside the policies: their creation alone widens."""

_MAKES = (Verb.CREATE, Verb.REPLACE)
"""A replaced role has none of the policies that it had."""

DO = (
    "give only what the service needs; when it does need it, say so: --allow "
    "widens-no-iam-statement --because TEXT"
)


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.verb in (Verb.DELETE, Verb.FORGET):
            continue
        environment = context.environment(plan)
        for text in (*_document(plan, change, environment), *_others(change)):
            yield Finding(change.address, text, DO)


def _document(plan: StackPlan, change: ResourceChange, environment: Environment) -> Iterator[str]:
    if change.type not in _DOCUMENTS:
        return
    attribute, kind = _DOCUMENTS[change.type]
    is_new = change.verb is Verb.CREATE or _changes_owner(change)
    belongs_to_new = is_new and _owner_is_new(plan.plan, change)
    if is_marked(change.change.after_unknown, attribute):
        # A new resource's own policy often names it, and its ARN is not known yet; whom a policy
        # of something new lets in is then left to the PCI gate, which reads the HCL.
        if not (belongs_to_new and kind is Kind.RESOURCE):
            yield f"{attribute} is known only after apply"
        return
    try:
        before = () if is_new else _statements(change.change.before, attribute)
        after = _statements(change.change.after, attribute)
    except Unread as error:
        yield f"{attribute} cannot be read: {error}"
        return
    if belongs_to_new:
        yield from too_much(after, kind, environment, plan.stack.service)
    else:
        yield from widenings(before, after)


def _statements(values: dict[str, object] | None, attribute: str) -> tuple[Statement, ...]:
    return statements_of((values or {}).get(attribute))


def _others(change: ResourceChange) -> Iterator[str]:
    before, after = change.change.before or {}, change.change.after or {}
    if change.type in _NEVER and change.verb is Verb.CREATE:
        yield f"a new {change.type} is a credential or grant beside the policies"
    if change.type in _ATTACHMENTS and not same(before.get("policy_arn"), after.get("policy_arn")):
        arn = after.get("policy_arn") or "a policy known only after apply"
        yield f"attaches {arn} to {after.get(_ATTACHMENTS[change.type])}"
    if change.type == "aws_iam_role":
        boundary = before.get("permissions_boundary")
        if not is_unset(boundary) and not same(boundary, after.get("permissions_boundary")):
            yield "the permissions boundary goes or changes"
        for attribute in ("inline_policy", "managed_policy_arns"):
            if not is_unset(after.get(attribute)) and not same(
                before.get(attribute), after.get(attribute)
            ):
                yield f"{attribute} changes"


def _changes_owner(change: ResourceChange) -> bool:
    """Whether the policy belonged to something else before, or nobody can tell."""
    if change.type not in _OWNERS:
        return False
    _, attribute = _OWNERS[change.type]
    before, after = change.change.before or {}, change.change.after or {}
    return is_marked(change.change.after_unknown, attribute) or not same(
        before.get(attribute), after.get(attribute)
    )


def _owner_is_new(plan: Plan, change: ResourceChange) -> bool:
    """Whether what the policy belongs to is created by the same plan; a policy that belongs to
    nothing else is as new as itself.
    """
    if change.type not in _OWNERS:
        return change.verb is Verb.CREATE
    type, attribute = _OWNERS[change.type]
    if is_marked(change.change.after_unknown, attribute):
        return any(c.type == type and c.verb in _MAKES for c in plan.managed)
    wanted = (change.change.after or {}).get(attribute)
    keys = ("name", "id", "arn", "key_id")
    return any(
        c.type == type
        and c.verb in _MAKES
        and wanted in [(c.change.after or {}).get(key) for key in keys]
        for c in plan.managed
    )
