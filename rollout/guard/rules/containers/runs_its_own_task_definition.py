"""A service runs revisions of its own task definition, which its own stack registers: what another
one runs no rule has judged, neither its image nor its secrets nor its roles.
"""

import re
from collections.abc import Iterator

from pay.model import Environment, names
from pay.model.stacks import Stack
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.references import refers_to_own
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import is_marked, is_unset

_ATTRIBUTE = "task_definition"


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    environment, own = context.environment(plan), _own_families(plan.stack)
    for change in plan.plan.moving:
        if change.type != "aws_ecs_service" or change.change.after is None:
            continue
        if not _is_own(plan.plan, change, own, environment):
            unknown = is_marked(change.change.after_unknown, _ATTRIBUTE)
            found = change.change.after.get(_ATTRIBUTE) or "not set any more"
            found = "known only after apply" if unknown else found
            yield Finding(
                change.address,
                f"{_ATTRIBUTE} is {found}, which is no revision of "
                f"{' or '.join(own) or 'a task definition of this stack'} in {environment.name}",
                "let it refer to the task definition of its own stack, in the same plan",
            )


def _own_families(stack: Stack) -> tuple[str, ...]:
    side = stack.kind.side
    if side is None or stack.service is None:
        return ()
    return (names.task_family(stack.environment, stack.service, side),)


def _is_own(
    plan: Plan, change: ResourceChange, own: tuple[str, ...], environment: Environment
) -> bool:
    if is_marked(change.change.after_unknown, _ATTRIBUTE):
        return refers_to_own(plan, change, (_ATTRIBUTE,), TASK_DEFINITION, "family", own)
    value = (change.change.after or {}).get(_ATTRIBUTE)
    if is_unset(value):
        return is_unset((change.change.before or {}).get(_ATTRIBUTE))
    # AWS: ECS API, `UpdateService`: an ARN, or the family with or without a revision.
    arn = f"arn:aws:ecs:{environment.region}:{environment.account_id}:task-definition/"
    return any(
        re.fullmatch(rf"({re.escape(arn)})?{re.escape(family)}(:[0-9]+)?", str(value))
        for family in own
    )
