"""The plan is whole: made without `-target`, with nothing deferred and without an error. What a
partial plan leaves out is applied by the next one, which nobody expects it in.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    if plan.plan.errored:
        yield Finding("", "the plan ended with an error", "mend the error and plan again")
    if plan.plan.deferred_changes:
        yield Finding(
            "",
            f"{len(plan.plan.deferred_changes)} changes are deferred to a later plan",
            "apply first what they wait for, in a stack of its own",
        )
    elif not plan.plan.complete:
        yield Finding("", "the plan leaves something out", "plan without -target or -exclude")
