"""Terraform forgets nothing that runs (`removed` blocks with `destroy = false`, and replacements
that leave the old object behind). AWS keeps it: a record goes on to answer, a role keeps its
rights, a service its tasks, and no plan shows, changes, patches or deletes them any more. The one
exception are the log groups that sides held, which the platform's stack holds now.
"""

from rollout.guard.rule import Context, Finding, Findings
from rollout.guard.traffic_changes import is_handed_over
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.managed:
        if change.is_left_behind and not is_handed_over(plan, change):
            yield Finding(
                change.address,
                f"Terraform forgets this {change.type}, and AWS keeps it",
                "keep it in its stack until its stage lets it be deleted; for a renamed address "
                "write a `moved` block",
            )
