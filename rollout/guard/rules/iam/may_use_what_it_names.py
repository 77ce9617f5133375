"""A new revision may use what it newly names. Its execution role reads the secrets and parameters,
pulls the images and writes to the log groups. Its task role sends to and reads from the queues,
topics and buckets of its variables. Without the right no task of the revision starts, or it starts
and every message fails. Source: ECS developer guide, "Task execution IAM role".

What the revision before named already is not judged again. A role is judged when the plan knows all
of its policies.
"""

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from pay.iam.document import Statement
from pay.iam.losses import losses
from pay.iam.patterns import matches
from pay.identifiers import ACCOUNT_ID
from pay.model import names
from pay.model.side import ServiceSide
from pay.unread import Unread
from rollout.guard.may_receive_traffic import why_reached
from rollout.guard.needed_rights import (
    NAMED_BY_VARIABLES,
    does_the_work,
    is_named,
    starts_tasks,
    variables_of,
)
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION, containers_by_name, former_values
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.policies import statements_of
from rollout.plans.read import StackPlan
from rollout.plans.values import is_unset

_ROLE, _POLICY = "aws_iam_role", "aws_iam_role_policy"

_QUEUE_URL = re.compile(
    rf"https://sqs\.([a-z0-9-]+)\.amazonaws\.com/({ACCOUNT_ID})/([\w-]+(?:\.fifo)?)"
)
_ARN = re.compile(rf"arn:aws:(?:{'|'.join(sorted(NAMED_BY_VARIABLES))}):[^\s,;|\"']+")

DO = (
    "give the role the right in an apply before this one, or in the same plan. The catalogue's "
    "queues, topics, buckets, secrets and parameters do that"
)


def check(plan: StackPlan, context: Context) -> Findings:
    where, side = why_reached(plan, context), context.side(plan)
    if where is None or side is None:
        return
    for change in plan.plan.written(TASK_DEFINITION):
        try:
            texts = [*_missing(plan.plan, change, side)]
        except Unread:
            continue  # Other rules refuse containers and policies that cannot be read.
        for text in texts:
            yield GuardFinding(change.address, f"{where}: {text}", DO)


def _missing(plan: Plan, change: ResourceChange, side: ServiceSide) -> Iterator[str]:
    """Yield what the roles of a revision may not use. Raises Unread."""
    place = (side.environment.name, side.service.name, side.side)
    before, after = (
        [*containers.values()]
        for containers in containers_by_name(change, former_values(plan, change))
    )
    role = _role_name(change, "execution_role_arn") or names.execution_role(*place)
    allowed = _allowed(plan, role)
    if allowed is not None:
        had, needs = (
            starts_tasks(each, allowed, side.environment, side.side, plan) if each else []
            for each in (before, after)
        )
        yield from _lacks(role, _new(had, needs), allowed)
    role = _role_name(change, "task_role_arn") or names.task_role(*place)
    allowed = _allowed(plan, role)
    if allowed is not None:
        yield from _works(role, allowed, variables_of(after) - variables_of(before), side)


def _works(
    role: str, allowed: list[Statement], values: Set[str], side: ServiceSide
) -> Iterator[str]:
    """Yield what the new variables name and the task role may not use."""
    needs = [
        replace(need, resources=[r for r in need.resources if is_named(r, values)])
        for need in does_the_work(side.environment, side.service.name)
        if need.actions[0].partition(":")[0] in NAMED_BY_VARIABLES
    ]
    needs = [need for need in needs if need.resources]
    yield from _lacks(role, needs, allowed)
    known = {resource for need in needs for resource in need.resources}
    for arn in sorted({*_arns_in(values)} - known):
        service = arn.split(":")[2]
        if not any(_may_use(statement, service, arn) for statement in allowed):
            yield f"{role} may do nothing with {arn}, which a variable names"


def _lacks(role: str, needs: list[Statement], allowed: list[Statement]) -> Iterator[str]:
    for text in losses(needs, allowed, needs):
        yield f"{role} {text.replace('no longer allows', 'does not allow', 1)}"


def _role_name(change: ResourceChange, attribute: str) -> str | None:
    """Return the name of a role; None: it is not set, or known only after apply."""
    value = change.after.get(attribute)
    is_known = not is_unset(value) and not change.is_unknown(attribute)
    return str(value).rpartition("/")[2] if is_known else None


def _allowed(plan: Plan, role: str) -> list[Statement] | None:
    """Return the statements of all policies of a role after apply; None if the plan does not know
    them. Raises Unread.
    """
    policies = [c for c in plan.managed if c.type == _POLICY and c.after.get("role") == role]
    roles = [c for c in plan.managed if c.type == _ROLE and c.after.get("name") == role]
    has_more = any(not is_unset(each.after.get("managed_policy_arns")) for each in roles)
    if not policies or has_more or any(each.is_unknown("policy") for each in policies):
        return None
    return [s for each in policies for s in statements_of(each.after.get("policy"))]


def _new(had: Iterable[Statement], needs: Iterable[Statement]) -> list[Statement]:
    """Return the needs without the resources that were needed in the same way before."""
    former = {(tuple(s.actions), resource) for s in had for resource in s.resources}
    new = [
        replace(s, resources=[r for r in s.resources if (tuple(s.actions), r) not in former])
        for s in needs
    ]
    return [statement for statement in new if statement.resources]


def _arns_in(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        yield from _ARN.findall(value)
        for region, account, name in _QUEUE_URL.findall(value):
            yield f"arn:aws:sqs:{region}:{account}:{name}"


def _may_use(statement: Statement, service: str, arn: str) -> bool:
    """Return whether a statement allows any action of the service on the resource, or inside it."""
    is_about = any(
        action in ("*", "*:*") or action.lower().startswith(f"{service}:")
        for action in statement.actions
    )
    return statement.allows and is_about and any(_reaches(r, arn) for r in statement.resources)


def _reaches(pattern: str, arn: str) -> bool:
    return matches(pattern, arn) or matches(pattern, f"{arn}/") or pattern.startswith(f"{arn}/")
