"""How ECS deploys a new revision, the same on both sides: never fewer healthy tasks than wanted,
rolled back when it fails, and a rolled-back deployment fails the apply.
"""

from typing import TypedDict

from cdktf import Postcondition, TerraformResourceLifecycle

from imports.aws.ecs_service import (
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceTimeouts,
)
from pay.model.side import ServiceSide
from pay.service.balancer import ServiceLoadBalancer
from pay.service.task import TaskDefinition

STEADY_STATE_TIMEOUT = "20m"
"""The circuit breaker gives up after 3 to 200 failed tasks (AWS: ECS developer guide, "Deployment
circuit breaker"); this leaves it the time to roll back."""


class Deployment(TypedDict):
    """The arguments of `EcsService` that both sides share."""

    name: str
    task_definition: str
    desired_count: int
    load_balancer: list[EcsServiceLoadBalancer]
    deployment_circuit_breaker: EcsServiceDeploymentCircuitBreaker
    deployment_minimum_healthy_percent: int
    deployment_maximum_percent: int
    enable_ecs_managed_tags: bool
    health_check_grace_period_seconds: int
    propagate_tags: str
    wait_for_steady_state: bool
    timeouts: EcsServiceTimeouts


def deployment(
    side: ServiceSide, task: TaskDefinition, load_balancer: ServiceLoadBalancer
) -> Deployment:
    """A rolling deployment: all wanted tasks stay healthy, up to twice as many run meanwhile."""
    service = side.service
    return Deployment(
        name=service.name,
        task_definition=task.arn,
        desired_count=side.deployment.tasks.peak,
        load_balancer=[
            EcsServiceLoadBalancer(
                target_group_arn=load_balancer.target_group_arn,
                container_name=service.target_container,
                container_port=service.target_port,
            )
        ],
        deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
        deployment_minimum_healthy_percent=100,
        deployment_maximum_percent=200,
        enable_ecs_managed_tags=True,
        health_check_grace_period_seconds=service.timing.health_check_grace_period_seconds,
        propagate_tags="SERVICE",
        wait_for_steady_state=True,
        timeouts=EcsServiceTimeouts(
            create=STEADY_STATE_TIMEOUT, update=STEADY_STATE_TIMEOUT, delete=STEADY_STATE_TIMEOUT
        ),
    )


def fails_when_rolled_back(
    service: str, *, ignore_changes: list[str] | None = None
) -> TerraformResourceLifecycle:
    """After a rollback ECS is steady again, on the old revision, and Terraform alone would call the
    apply a success (hashicorp/terraform-provider-aws#20858): this postcondition does not.
    """
    return TerraformResourceLifecycle(
        ignore_changes=ignore_changes,
        postcondition=[
            Postcondition(
                condition="${self.task_definition == aws_ecs_task_definition.task.arn}",
                error_message=(
                    f"The deployment of {service} was rolled back: ${{self.task_definition}} runs, "
                    "not the new revision. Look at the stopped tasks' reasons and logs, then "
                    "deploy a release that starts."
                ),
            )
        ],
    )
