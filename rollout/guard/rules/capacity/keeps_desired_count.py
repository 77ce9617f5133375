"""A plan never decreases the number of running tasks, on either side: scaling owns it on Fargate,
the daily peak fixes it on EC2. It does not let deployments run fewer healthy tasks either: at 0 per
cent ECS may stop all of them before it starts a new one (AWS: ECS API, `DeploymentConfiguration`).
(I17)
"""

from rollout.guard.numbers import decreases
from rollout.guard.rule import Context, Finding, Findings
from rollout.plans.read import StackPlan

_KEPT = {
    "desired_count": (
        "leave the count alone (`ignore_changes` on Fargate); on EC2 keep `tasks.peak` until the "
        "service is retired"
    ),
    "deployment_minimum_healthy_percent": "keep 100: new tasks start beside the old ones",
}
"""Attribute -> what to do instead of lowering it."""


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written("aws_ecs_service"):
        for attribute, do in _KEPT.items():
            for text in decreases(change, (attribute,)):
                yield Finding(change.address, text, do)
