"""The number of running tasks is never decreased by a plan, on either side: scaling owns it on
Fargate, the daily peak fixes it on EC2.
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.decrease import decreases
from rollout.guard.finding import Finding
from rollout.plans.read import StackPlan


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type == "aws_ecs_service":
            for text in decreases(change, ("desired_count",)):
                yield Finding(
                    change.address,
                    text,
                    "leave the count alone (`ignore_changes` on Fargate); on EC2 keep `tasks.peak` "
                    "until the service is retired",
                )
