"""The parts of a microservice that both sides share, and how ECS deploys a new revision."""

from typing import Any

from cdktf import Postcondition, TerraformResourceLifecycle
from constructs import Construct

from imports.aws.data_aws_ecs_cluster import DataAwsEcsCluster
from imports.aws.ecs_service import (
    EcsService,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceTimeouts,
)
from pay.existing.network import ExistingNetwork
from pay.model import addresses, names
from pay.model.demand import addresses_a_subnet
from pay.model.scaling.side_scaling import scaling_of
from pay.model.side import DEPLOYMENT_MAXIMUM_PERCENT, STEADY_STATE_SECONDS, ServiceSide
from pay.service.alarms import Alarms
from pay.service.balancer import ServiceLoadBalancer
from pay.service.task import TaskDefinition

STEADY_STATE_TIMEOUT = f"{STEADY_STATE_SECONDS // 60}m"


class SideService(Construct):
    """Load balancer, task, ECS service and alarms; a side adds where and how its tasks run.

    A deployment is rolling: all wanted tasks stay healthy, and up to twice as many run meanwhile.
    One that fails is rolled back, and that fails the apply.
    """

    def __init__(self, scope: Construct, id: str, side: ServiceSide) -> None:
        super().__init__(scope, id)
        self.side = side
        self.network = ExistingNetwork(self, side.environment, addresses_a_subnet(side))
        group = names.load_balancer_subnets(side.service.name, side.service.exposure)
        subnets = self.network.subnets(group, public=side.is_public)
        self._load_balancer = ServiceLoadBalancer(self, side, self.network, subnets)
        self._task = TaskDefinition(self, side, self.network)
        Alarms(self, side, self._load_balancer)

    def run(self, *, ignore_changes: list[str] | None = None, **of_its_side: Any) -> EcsService:
        """Create the ECS service; `of_its_side` are the arguments that only one side has."""
        service = self.side.service
        cluster = DataAwsEcsCluster(
            self, addresses.CLUSTER_LOOKUP.id, cluster_name=self.side.cluster
        )
        return EcsService(
            self,
            addresses.ECS_SERVICE.id,
            name=service.name,
            cluster=cluster.arn,
            **of_its_side,
            task_definition=self._task.arn,
            desired_count=scaling_of(self.side).desired_count,
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=self._load_balancer.target_group_arn,
                    container_name=service.target_container,
                    container_port=service.target_port,
                )
            ],
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(
                enable=True, rollback=True
            ),
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=DEPLOYMENT_MAXIMUM_PERCENT,
            enable_ecs_managed_tags=True,
            health_check_grace_period_seconds=service.timing.health_check_grace_period_seconds,
            propagate_tags="SERVICE",
            wait_for_steady_state=True,
            timeouts=EcsServiceTimeouts(
                **dict.fromkeys(("create", "update", "delete"), STEADY_STATE_TIMEOUT)
            ),
            depends_on=[*self._load_balancer.listeners, *self._task.needed_by_tasks],
            lifecycle=_fails_when_rolled_back(service.name, ignore_changes),
        )


def _fails_when_rolled_back(
    service: str, ignore_changes: list[str] | None
) -> TerraformResourceLifecycle:
    """Fail the apply of a deployment that ECS rolled back. ECS is then steady on the old revision,
    which Terraform alone would call a success (hashicorp/terraform-provider-aws#20858).
    """
    revision = addresses.TASK_DEFINITION.attribute("arn")
    return TerraformResourceLifecycle(
        ignore_changes=ignore_changes,
        postcondition=[
            Postcondition(
                condition=f"${{self.task_definition == {revision}}}",
                error_message=(
                    f"The deployment of {service} was rolled back: ${{self.task_definition}} "
                    "runs. Read the stopped tasks' reasons and logs, then deploy a release that "
                    "starts."
                ),
            )
        ],
    )
