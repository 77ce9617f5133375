"""Tasks and instances run under the roles that their own stack creates. Under another role they
would have the rights of something else, without any change of a policy. Source: PCI DSS v4.0.1,
7.2.5: accounts of applications have the least privileges that they need.
"""

from collections.abc import Iterator, Mapping

from pay.model import Environment, Segment, names
from pay.model.stacks import Stack
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import SCHEDULE
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.references import refers_to_own
from rollout.plans.values import Path, dig, is_unset

_ROLE, _PROFILE = "aws_iam_role", "aws_iam_instance_profile"

_TASK = {"task_role_arn": names.task_role, "execution_role_arn": names.execution_role}
_INSTANCE: Mapping[str, Mapping[Path, str]] = {
    _PROFILE: {("role",): _ROLE},
    "aws_launch_template": {
        ("iam_instance_profile", 0, "arn"): _PROFILE,
        ("iam_instance_profile", 0, "name"): _PROFILE,
    },
}


def check(plan: StackPlan, context: Context) -> Findings:
    environment = context.environment(plan)
    for change in plan.plan.moving:
        for path, type, own in _roles(plan.stack, change):
            if not _is_own(plan.plan, change, path, type, own, environment):
                value = dig(change.after, *path)
                yield GuardFinding(
                    change.address,
                    f"{'.'.join(map(str, path))} is "
                    f"{'known only after apply' if change.is_unknown(*path) else value}, which is "
                    f"not {' or '.join(own) or 'a role of this stack'}",
                    "give the stack's own role what is needed, one statement at a time",
                )


def _roles(stack: Stack, change: ResourceChange) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Yield where the change names a role or profile, and the names that it may have there."""
    if change.is_removed:
        return
    if change.type == SCHEDULE:
        role = stack.kind.scheduler_role
        yield ("target", 0, "role_arn"), _ROLE, (role(stack.environment),) if role else ()
    elif change.type == TASK_DEFINITION and stack.kind.has_one_off_tasks:
        yield from _roles_of_task(stack, change)
    elif change.type == TASK_DEFINITION:
        side, service = stack.kind.side, stack.service
        for attribute, name in _TASK.items():
            own = (name(stack.environment, service, side),) if side and service else ()
            yield (attribute,), _ROLE, own
    for path, type in _INSTANCE.get(change.type, {}).items():
        segments = Segment if stack.kind.holds_instances else ()
        yield path, type, tuple(names.instance_role(stack.environment, s) for s in segments)


def _roles_of_task(
    stack: Stack, change: ResourceChange
) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Yield the roles of a one-off task, which have its family's name."""
    family = str(change.after.get("family")).removeprefix(
        names.one_off_task_family(stack.environment, "")
    )
    execution_role = names.one_off_execution_role(stack.environment, family)
    yield ("execution_role_arn",), _ROLE, (execution_role,)
    yield ("task_role_arn",), _ROLE, (names.one_off_task_role(stack.environment, family),)


def _is_own(
    plan: Plan,
    change: ResourceChange,
    path: Path,
    type: str,
    own: tuple[str, ...],
    environment: Environment,
) -> bool:
    if change.is_unknown(*path):
        return refers_to_own(plan, change, path, type, "name", own)
    value = dig(change.after, *path)
    kind = "role" if type == _ROLE else "instance-profile"
    arns = (f"arn:aws:iam::{environment.account_id}:{kind}/{name}" for name in own)
    if is_unset(value):
        # Without a profile no agent joins its cluster; `keeps-its-containers` judges tasks.
        if change.type == SCHEDULE:
            return False
        is_new = is_unset(dig(change.before, *path))
        return change.type == TASK_DEFINITION or is_new or _is_named_otherwise(change, path)
    return value in own or value in arns


def _is_named_otherwise(change: ResourceChange, path: Path) -> bool:
    """Return whether a profile has its ARN instead of its name, or its name instead."""
    return any(
        other != path and (change.is_unknown(*other) or not is_unset(dig(change.after, *other)))
        for other in _INSTANCE[change.type]
    )
