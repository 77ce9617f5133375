"""No IAM statement gives more than before, unless the catalogue of the change says that the service
needs it. Source: PCI DSS v4.0.1, 7.2.1 and 7.2.5: least privileges. A new role's policies are
judged by what no new policy may have (`rollout.guard.new_policies`). A new policy of an existing
role is compared with nothing. A policy that moves from one role to another is new to that one.
"""

from collections.abc import Iterable, Iterator

from pay.iam.document import Statement, policy_document
from pay.iam.grants import widenings
from pay.iam.policy_arguments import POLICY_ARGUMENTS, PolicyKind
from pay.model.environment.account import accounts
from pay.model.rights.keys_and_topics import keeps_untold_findings, used_by_findings
from pay.model.rights.tasks import pulls_images
from pay.unread import Unread
from rollout.guard.declared_rights import declared_rights
from rollout.guard.needed_rights import of_topic
from rollout.guard.new_policies import too_much
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import Plan, ResourceChange, Verb
from rollout.plans.policies import statements_of
from rollout.plans.read import StackPlan
from rollout.plans.values import is_unset, same

_ATTACHMENTS = {
    "aws_iam_group_policy_attachment": "group",
    "aws_iam_policy_attachment": "roles",
    "aws_iam_role_policy_attachment": "role",
    "aws_iam_user_policy_attachment": "user",
}
"""Policies by their ARN, and the attribute with their owner. A plan does not show their content.
The stacks attach none."""

_OWNERS = {
    "aws_iam_role_policy": ("aws_iam_role", "role"),
    "aws_sns_topic_policy": ("aws_sns_topic", "arn"),
    "aws_kms_key_policy": ("aws_kms_key", "key_id"),
}
"""Type of a policy -> the type of its resource, and the attribute that names it."""

_NEVER = ("aws_iam_access_key", "aws_iam_user", "aws_iam_user_login_profile", "aws_kms_grant")
"""Standing credentials and grants beside the policies. Their creation alone widens."""

DO = (
    "give only what the service needs, and name it in the catalogue. Where that cannot say it, "
    "give the reason: --allow widens-no-iam-statement --because TEXT"
)


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.moving:
        if not change.is_removed:
            for text in (*_document(plan, change, context), *_others(change)):
                yield GuardFinding(change.address, text, DO)


def _document(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    if change.type not in POLICY_ARGUMENTS:
        return
    attribute, kind = POLICY_ARGUMENTS[change.type]
    environment = context.environment(plan)
    is_new = change.verb is Verb.CREATE or _changes_owner(change)
    belongs_to_new = is_new and _owner_is_new(plan.plan, change)
    if change.is_unknown(attribute):
        # A new resource's own policy often names it, and its ARN is not known yet. The PCI gate,
        # which reads the HCL, then judges which principals a new resource's policy admits.
        if not (belongs_to_new and kind is PolicyKind.RESOURCE):
            yield f"{attribute} is known only after apply"
        return
    try:
        before = () if is_new else statements_of(change.before.get(attribute))
        after = statements_of(change.after.get(attribute))
    except Unread as error:
        yield f"{attribute} cannot be read: {error}"
        return
    if belongs_to_new:
        yield from too_much(after, kind, environment, plan.stack.service)
    else:
        yield from widenings((*before, *_declared(plan, change, context)), after)


def _declared(plan: StackPlan, change: ResourceChange, context: Context) -> Iterable[Statement]:
    """Return what the stacks give to the owner of the policy, or of the resource that has it."""
    environment = context.environment(plan)
    if change.type == "aws_iam_role_policy":
        return declared_rights(change.after.get("role"), plan.stack, environment)
    if change.type == "aws_ecr_repository_policy" and environment.registry:
        return (pulls_images(environment.registry.pulled_by),)
    if change.type == "aws_kms_key":
        return used_by_findings(environment)
    if change.type == "aws_sns_topic_policy":
        return of_topic(environment, str(change.before.get("arn")))
    if change.type == "aws_sqs_queue":
        own = (a for a in accounts(context.environments.values()) if a.name == plan.stack.owner)
        return statements_of(policy_document(*map(keeps_untold_findings, own)))
    return ()


def _others(change: ResourceChange) -> Iterator[str]:
    if change.type in _NEVER and change.verb is Verb.CREATE:
        yield f"a new {change.type} is a credential or grant beside the policies"
    if change.type in _ATTACHMENTS and _changes(change, "policy_arn"):
        arn = change.after.get("policy_arn") or "a policy known only after apply"
        yield f"attaches {arn} to {change.after.get(_ATTACHMENTS[change.type])}"
    if change.type == "aws_iam_role":
        boundary = "permissions_boundary"
        if not is_unset(change.before.get(boundary)) and _changes(change, boundary):
            yield "the permissions boundary is deleted or changes"
        for attribute in ("inline_policy", "managed_policy_arns"):
            if not is_unset(change.after.get(attribute)) and _changes(change, attribute):
                yield f"{attribute} changes"


def _changes(change: ResourceChange, attribute: str) -> bool:
    return not same(change.before.get(attribute), change.after.get(attribute))


def _changes_owner(change: ResourceChange) -> bool:
    """Return whether the policy had another owner before, or may have, because it is not known."""
    if change.type not in _OWNERS:
        return False
    _, attribute = _OWNERS[change.type]
    return change.is_unknown(attribute) or _changes(change, attribute)


def _owner_is_new(plan: Plan, change: ResourceChange) -> bool:
    """Return whether the same plan creates the policy's resource. A policy that belongs to no other
    resource is as new as itself. A replaced role has none of the policies that it had.
    """
    if change.type not in _OWNERS:
        return change.verb is Verb.CREATE
    type, attribute = _OWNERS[change.type]
    new = [c.after for c in plan.written(type) if c.verb is not Verb.UPDATE]
    owner = change.after.get(attribute)
    return any(
        change.is_unknown(attribute) or owner in map(values.get, ("name", "id", "arn", "key_id"))
        for values in new
    )
