"""A service runs revisions of its own task definition, which its own stack registers. No rule has
judged the image, the secrets or the roles of another one.
"""

import re

from pay.model import Environment, names
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.references import refers_to_own
from rollout.plans.values import is_unset

_ATTRIBUTE = "task_definition"


def check(plan: StackPlan, context: Context) -> Findings:
    stack, environment = plan.stack, context.environment(plan)
    side, service = stack.kind.side, stack.service
    own = names.task_family(stack.environment, service, side) if side and service else None
    for change in plan.plan.written("aws_ecs_service"):
        if not _is_own(plan.plan, change, own, environment):
            value = change.after.get(_ATTRIBUTE) or "not set any more"
            yield GuardFinding(
                change.address,
                f"{_ATTRIBUTE} is "
                f"{'known only after apply' if change.is_unknown(_ATTRIBUTE) else value}, which is "
                f"not a revision of {own or 'a task definition of this stack'} in "
                f"{environment.name}",
                "let it refer to the task definition of its own stack, in the same plan",
            )


def _is_own(plan: Plan, change: ResourceChange, own: str | None, environment: Environment) -> bool:
    if change.is_unknown(_ATTRIBUTE):
        families = (own,) if own else ()
        return refers_to_own(plan, change, (_ATTRIBUTE,), TASK_DEFINITION, "family", families)
    value = change.after.get(_ATTRIBUTE)
    if is_unset(value):
        return is_unset(change.before.get(_ATTRIBUTE))
    # AWS: ECS API, `UpdateService`: an ARN, or the family with or without a revision.
    arn = f"arn:aws:ecs:{environment.region}:{environment.account_id}:task-definition/"
    pattern = rf"({re.escape(arn)})?{re.escape(own or '')}(:[0-9]+)?"
    return own is not None and re.fullmatch(pattern, str(value)) is not None
