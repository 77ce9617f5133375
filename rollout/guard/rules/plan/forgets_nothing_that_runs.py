"""Terraform forgets nothing that runs (`removed` blocks with `destroy = false`, and replacements
that leave the old object behind). AWS keeps it: a record still answers, a role keeps its rights, a
service its tasks. No plan shows, changes, patches or deletes them any more. The only exception is a
log group that a side held. The platform's plan must show that it holds the group, or the group that
replaces it.
"""

from collections.abc import Iterator

from pay.model.stacks import PLATFORM
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import LOG_GROUP, is_handed_over
from rollout.plans.plan import ResourceChange
from rollout.plans.read import StackPlan

_OF_FARGATE = "_FG"
"""The ending of the groups that Fargate sides held of their own. Their lines stay until they are
too old (docs/decisions/0122-keep-log-groups-in-the-platform.md).
"""


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.managed:
        if not change.is_left_behind:
            continue
        if not is_handed_over(plan, change):
            yield GuardFinding(
                change.address,
                f"Terraform forgets this {change.type}, and AWS keeps it",
                "keep it in its stack until its stage lets it be deleted; for a renamed address "
                "write a `moved` block",
            )
        elif not _is_held(plan, change, context):
            yield GuardFinding(
                change.address,
                f"Terraform forgets the log group {change.before.get('name')}, and no plan here "
                "shows that another stack holds it",
                f"give the plan of {PLATFORM.stack_id(plan.stack.environment)} too; it has to "
                "hold the group first",
            )


def _is_held(plan: StackPlan, change: ResourceChange, context: Context) -> bool:
    name = str(change.before.get("name"))
    held = set(_groups_of_others(plan, context))
    return name in held or name.removesuffix(_OF_FARGATE) in held


def _groups_of_others(plan: StackPlan, context: Context) -> Iterator[object]:
    for other in context.plans:
        if other is not plan and other.stack.kind.is_shared and other.stack.is_beside(plan.stack):
            yield from (c.after.get("name") for c in other.plan.managed if c.type == LOG_GROUP)
