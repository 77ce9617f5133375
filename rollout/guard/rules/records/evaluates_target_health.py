"""Every record evaluates its target's health. So a sick side leaves DNS by itself, without a
deployment and without Route 53's control plane. Both records of a name do it alike. A record that
does not counts as healthy whatever the state of its load balancer.
"""

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.read import StackPlan
from rollout.plans.records import written_records


def check(plan: StackPlan, context: Context) -> Findings:
    for record in written_records(plan.plan):
        if not record.evaluates_target_health:
            yield GuardFinding(
                record.address,
                f"evaluate_target_health is not true for {record.key}",
                "set it to true on every alias record",
            )
