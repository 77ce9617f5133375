"""The plan is whole: made without `-target`, with nothing deferred and without an error. The next
plan applies what a partial plan leaves out, as a change that its review does not expect. The plan
only changes resources. No rule judges the actions of Terraform 1.14 (`action` blocks, `-invoke`),
or configuration that is generated for an import. Nor does one judge what a later Terraform adds.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    if plan.plan.errored:
        yield GuardFinding("", "the plan ended with an error", "fix the error and plan again")
    if plan.plan.deferred_changes:
        yield GuardFinding(
            "",
            f"{len(plan.plan.deferred_changes)} changes are deferred to a later plan",
            "apply first what they wait for, in a stack of its own",
        )
    elif not plan.plan.complete:
        yield GuardFinding("", "the plan leaves something out", "plan without -target or -exclude")
    if plan.plan.moving and not (plan.plan.applyable or plan.plan.errored):
        saw = "Terraform says that the plan cannot be applied (applyable is false)"
        yield GuardFinding("", saw, "plan again")
    for part in plan.unknown_parts:
        yield GuardFinding(
            "",
            f"the plan has {part}, which no rule judges",
            "plan without it: without `action` blocks and -invoke. Write the configuration of "
            "imports in the stack, and use a Terraform that this project knows",
        )
