"""A plan never decreases the number of running tasks, on either side. Scaling sets it on Fargate,
the daily peak fixes it on EC2. (I17)
"""

from rollout.guard.numbers import decreases
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.plans.read import StackPlan

DO = (
    "leave the count alone (`ignore_changes` on Fargate); on EC2 keep `tasks.peak` until the "
    "service is retired"
)


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written("aws_ecs_service"):
        for text in decreases(change, ("desired_count",)):
            yield GuardFinding(change.address, text, DO)
