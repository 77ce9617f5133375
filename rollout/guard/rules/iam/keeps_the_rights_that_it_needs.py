"""No policy takes a right away that tasks, instances, logs or alarms need. Such a change acts at
once, on what runs. A task that stops does not start again without its image, its secrets and its
log group. Messages stay in their queue. A denial, a tighter condition and a permissions boundary
take rights away, too. The rights are those that the constructs grant (`pay.model.rights`), for the
containers before and after. A deployment that fails returns to those before.
"""

from collections.abc import Iterable, Iterator, Sequence

from pay.iam.document import Statement
from pay.iam.grants import in_words, principals_of
from pay.iam.losses import given_up, losses
from pay.unread import Unread
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.needed_rights import is_used, known_services, of_key, of_role, of_topic, of_trust
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.policies import statements_of
from rollout.plans.read import StackPlan
from rollout.plans.values import is_unset, same

_ROLE, _POLICY = "aws_iam_role", "aws_iam_role_policy"

DO = (
    "keep the right. Where only former tasks need it, take it after the deployment has ended, or "
    "allow this rule with the reason"
)


def check(plan: StackPlan, context: Context) -> Findings:
    where = why_reached(plan, context)
    if where is None:
        return
    for change in plan.plan.moving:
        try:
            for text in _taken(plan, change, context):
                yield GuardFinding(change.address, f"{where}: {text}", DO)
        except Unread as error:
            yield GuardFinding(change.address, f"cannot be read: {error}", DO)


def _taken(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    environment = context.environment(plan)
    if change.type == _POLICY:
        yield from _from_role(plan, change, context)
    elif change.is_removed:
        return  # Another rule keeps what carries traffic, and what starts a task.
    elif change.type == _ROLE:
        before, after = _documents(change, "assume_role_policy")
        yield from losses(before, after, of_trust(plan.stack, environment))
        yield from _around_policies(change)
    elif change.type == "aws_kms_key":
        yield from _from_resource(change, of_key(environment))
    elif change.type in ("aws_sns_topic", "aws_sns_topic_policy"):
        arn = str(change.before.get("arn"))
        yield from _from_resource(change, of_topic(environment, arn))


def _from_role(plan: StackPlan, change: ResourceChange, context: Context) -> Iterator[str]:
    """Yield what the role of a policy loses, over all of its policies in the stack."""
    role = change.before.get("role") or change.after.get("role")
    roles = [c for c in plan.plan.moving if c.type == _ROLE and role in _names(c)]
    if is_unset(role) or any(c.is_removed or c.verb is Verb.CREATE for c in roles):
        return
    policies = [c for c in plan.plan.managed if c.type == _POLICY]
    remain = [c for c in policies if c.after.get("role") == role and not c.is_unknown("role")]
    if any(c.is_unknown("policy") for c in remain):
        return  # `widens-no-iam-statement` refuses a policy that is not known.
    try:
        before = _statements(c.before for c in policies if c.before.get("role") == role)
        after = _statements(c.after for c in remain)
    except Unread:
        return  # `widens-no-iam-statement` refuses a policy that cannot be read.
    needs = of_role(str(role), before, plan.stack, context.environment(plan), plan.plan)
    yield from losses(before, after, needs)
    known = {*known_services(plan.stack), "*"}
    unknown = [
        grant
        for grant in given_up(before, after)
        # Adopted, for example for tracing. Nothing says that it is not needed.
        if grant.action.partition(":")[0].lower() not in known or is_used(grant, needs, plan.plan)
    ]
    yield from (f"no longer allows {text}" for text in in_words(unknown))


def _names(role: ResourceChange) -> tuple[object, object]:
    return role.before.get("name"), role.after.get("name")


def _from_resource(change: ResourceChange, needs: Sequence[Statement]) -> Iterator[str]:
    """Yield what a policy of a resource no longer lets AWS services and the account do."""
    before, after = _documents(change, "policy")
    yield from losses(before, after, needs)
    known = {principal for need in needs for principal in principals_of(need)}
    others = [
        grant
        for grant in given_up(before, after)
        if grant.principal.startswith("Service:") and grant.principal not in known
    ]
    yield from (f"no longer allows {text}" for text in in_words(others))


def _around_policies(change: ResourceChange) -> Iterator[str]:
    """Yield what limits a role beside its policies, or takes whole policies from it."""
    boundary = "permissions_boundary"
    after = change.after.get(boundary)
    is_set = change.is_unknown(boundary) or not is_unset(after)
    if is_set and not same(change.before.get(boundary), after):
        yield f"a permissions boundary limits the role: {after or 'known only after apply'}"
    for attribute in ("inline_policy", "managed_policy_arns"):
        old, new = (v.get(attribute) or [] for v in (change.before, change.after))
        kept = (any(same(each, other) for other in new) for each in old)
        if not change.is_unknown(attribute) and not all(kept):
            yield f"{attribute} loses a policy"


def _documents(
    change: ResourceChange, attribute: str
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """Return the statements before and after; none where `widens-no-iam-statement` refuses them:
    they are not known, or cannot be read.
    """
    if change.is_unknown(attribute):
        return (), ()
    try:
        before, after = (statements_of(v.get(attribute)) for v in (change.before, change.after))
    except Unread:
        return (), ()
    return before, after


def _statements(values: Iterable[dict[str, object]]) -> tuple[Statement, ...]:
    return tuple(statement for each in values for statement in statements_of(each.get("policy")))
