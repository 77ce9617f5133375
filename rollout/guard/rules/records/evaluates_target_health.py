"""Every record evaluates its target's health, so that a sick side leaves DNS by itself, without a
deployment and without Route 53's control plane; and both records of a name do it alike, because one
that does not counts as healthy whatever its load balancer says.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.plans.read import StackPlan
from rollout.plans.records import names_in


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for write in (write for name in names_in(plan.plan) for write in name.writes):
        if write.after and not write.after.evaluates_target_health:
            yield Finding(
                write.address,
                f"evaluate_target_health is not true for {write.after.key}",
                "set it to true on every alias record",
            )
