"""Tasks and instances run under the roles that their own stack makes: under another one they would
have what somebody else was given, without any policy having changed (PCI DSS v4.0.1, 7.2.5:
accounts of applications have the least privileges that they need).
"""

from collections.abc import Iterator, Mapping

from pay.model import Environment, Segment, names
from pay.model.stacks import PLATFORM, Stack
from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.references import refers_to_own
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.plan import Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.values import Path, dig, is_marked, is_unset

_ROLE, _PROFILE = "aws_iam_role", "aws_iam_instance_profile"

_TASK = ("task_role_arn", "execution_role_arn")
_INSTANCE: Mapping[str, Mapping[Path, str]] = {
    _PROFILE: {("role",): _ROLE},
    "aws_launch_template": {
        ("iam_instance_profile", 0, "arn"): _PROFILE,
        ("iam_instance_profile", 0, "name"): _PROFILE,
    },
}


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    environment = context.environment(plan)
    for change in plan.plan.moving:
        for path, type, own in _wanted(plan.stack, change):
            if not _is_own(plan.plan, change, path, type, own, environment):
                found = dig(change.change.after, *path)
                unknown = is_marked(change.change.after_unknown, *path)
                yield Finding(
                    change.address,
                    f"{path[0]} is {'known only after apply' if unknown else found}, which is not "
                    f"{' or '.join(own) or 'a role of this stack'}",
                    "give the stack's own role what is needed, one statement at a time",
                )


def _wanted(stack: Stack, change: ResourceChange) -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """Where the change names a role or profile, and the names that it may have there."""
    if change.change.after is None:
        return
    if change.type == TASK_DEFINITION:
        for attribute in _TASK:
            yield (attribute,), _ROLE, _own_task_role(stack, attribute)
    for path, type in _INSTANCE.get(change.type, {}).items():
        is_platform = stack.kind is PLATFORM
        own = (names.instance_role(stack.environment, s) for s in Segment if is_platform)
        yield path, type, tuple(own)


def _own_task_role(stack: Stack, attribute: str) -> tuple[str, ...]:
    side = stack.kind.side
    if side is None or stack.service is None:
        return ()
    name = names.task_role if attribute == "task_role_arn" else names.execution_role
    return (name(stack.environment, stack.service, side),)


def _is_own(
    plan: Plan,
    change: ResourceChange,
    path: Path,
    type: str,
    own: tuple[str, ...],
    environment: Environment,
) -> bool:
    if is_marked(change.change.after_unknown, *path):
        return refers_to_own(plan, change, path, type, "name", own)
    value = dig(change.change.after, *path)
    kind = "role" if type == _ROLE else "instance-profile"
    arns = (f"arn:aws:iam::{environment.account_id}:{kind}/{name}" for name in own)
    return is_unset(value) or value in own or value in arns
