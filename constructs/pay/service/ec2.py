"""A microservice on the EC2 launch type: the legacy side."""

from constructs import Construct

from imports.aws.data_aws_ecs_cluster import DataAwsEcsCluster
from imports.aws.ecs_service import (
    EcsService,
    EcsServiceOrderedPlacementStrategy,
    EcsServicePlacementConstraints,
)
from pay.existing.network import ExistingNetwork
from pay.model import Environment, Microservice, Side
from pay.model.side import ServiceSide
from pay.service.alarms import Alarms
from pay.service.balancer import ServiceLoadBalancer
from pay.service.deployment import deployment, fails_when_rolled_back
from pay.service.task import TaskDefinition


class Ec2Service(Construct):
    """Bridge network, dynamic host ports, instance targets, at a fixed count: the daily peak.

    The count is fixed because nothing may scale in a side that DNS failover can reach. The launch
    type is the one that the running services were created with: any change of it, or of the
    capacity provider strategy, would replace the service (hashicorp/terraform-provider-aws#22823).
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Microservice, environment: Environment
    ) -> None:
        super().__init__(scope, id)
        side = ServiceSide(service, environment, Side.EC2)
        network = ExistingNetwork(self, environment)
        subnets = (
            network.subnets("public", public=True)
            if side.is_public
            else network.subnets(service.name)
        )
        load_balancer = ServiceLoadBalancer(self, side, network, subnets)
        task = TaskDefinition(self, side, network)
        cluster = DataAwsEcsCluster(self, "cluster", cluster_name=side.cluster)
        EcsService(
            self,
            "service",
            **deployment(side, task, load_balancer),
            cluster=cluster.arn,
            launch_type="EC2",
            placement_constraints=[
                EcsServicePlacementConstraints(
                    type="memberOf", expression=f"attribute:segment == {service.scope.segment}"
                )
            ],
            ordered_placement_strategy=[
                EcsServiceOrderedPlacementStrategy(
                    type="spread", field="attribute:ecs.availability-zone"
                ),
                EcsServiceOrderedPlacementStrategy(type="binpack", field="memory"),
            ],
            depends_on=[*load_balancer.listeners, *task.needed_by_tasks],
            lifecycle=fails_when_rolled_back(service.name),
        )
        Alarms(self, side, load_balancer)
