"""The number of running tasks is never decreased by a plan, on either side: scaling owns it on
Fargate, the daily peak fixes it on EC2. Nor does a plan let deployments run fewer healthy tasks
meanwhile: at 0 per cent ECS may stop all of them before it starts a new one (AWS: ECS API,
`DeploymentConfiguration`). (I17)
"""

from collections.abc import Iterator

from rollout.guard.context import Context
from rollout.guard.finding import Finding
from rollout.guard.numbers import decreases
from rollout.plans.read import StackPlan

_KEPT = {
    "desired_count": (
        "leave the count alone (`ignore_changes` on Fargate); on EC2 keep `tasks.peak` until the "
        "service is retired"
    ),
    "deployment_minimum_healthy_percent": "keep 100: new tasks start beside the old ones",
}
"""Attribute -> what to do instead of lowering it."""


def check(plan: StackPlan, context: Context) -> Iterator[Finding]:
    for change in plan.plan.moving:
        if change.type == "aws_ecs_service":
            for attribute, do in _KEPT.items():
                for text in decreases(change, (attribute,)):
                    yield Finding(change.address, text, do)
