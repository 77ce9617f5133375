"""The plan is whole: made without `-target`, with nothing deferred and without an error. The next
plan applies what a partial plan leaves out, as a change that its review does not expect.
"""

from rollout.guard.rule import Context, Finding, Findings
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Findings:
    if plan.plan.errored:
        yield Finding("", "the plan ended with an error", "fix the error and plan again")
    if plan.plan.deferred_changes:
        yield Finding(
            "",
            f"{len(plan.plan.deferred_changes)} changes are deferred to a later plan",
            "apply first what they wait for, in a stack of its own",
        )
    elif not plan.plan.complete:
        yield Finding("", "the plan leaves something out", "plan without -target or -exclude")
