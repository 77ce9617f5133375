"""A microservice on AWS Fargate: the new side."""

from constructs import Construct

from imports.aws.data_aws_ecs_cluster import DataAwsEcsCluster
from imports.aws.ecs_service import EcsService, EcsServiceNetworkConfiguration
from pay.existing.network import ExistingNetwork
from pay.model import Environment, Microservice, Side
from pay.model.side import ServiceSide
from pay.service.alarms import Alarms
from pay.service.balancer import ServiceLoadBalancer
from pay.service.deployment import deployment, fails_when_rolled_back
from pay.service.scaling import Scaling
from pay.service.task import TaskDefinition

PLATFORM_VERSION = "LATEST"
"""PCI DSS v4.0.1, 6.3.3: the platform gets its security patches with every new task."""


class FargateService(Construct):
    """awsvpc network, a security group of its own, ip targets, scaled to demand.

    `desired_count` is only where the service starts: scaling owns it from then on, so a plan
    neither shows nor resets what scaling has done.
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Microservice, environment: Environment
    ) -> None:
        super().__init__(scope, id)
        side = ServiceSide(service, environment, Side.FARGATE)
        network = ExistingNetwork(self, environment)
        task_subnets = network.subnets(service.name)
        public_subnets = network.subnets("public", public=True) if side.is_public else None
        load_balancer = ServiceLoadBalancer(self, side, network, public_subnets or task_subnets)
        task = TaskDefinition(self, side, network)
        cluster = DataAwsEcsCluster(self, "cluster", cluster_name=side.cluster)
        ecs_service = EcsService(
            self,
            "service",
            **deployment(side, task, load_balancer),
            cluster=cluster.arn,
            launch_type="FARGATE",
            platform_version=PLATFORM_VERSION,
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=task_subnets,
                security_groups=network.task_security_groups(service),
                assign_public_ip=False,
            ),
            depends_on=[*load_balancer.listeners, *task.needed_by_tasks],
            lifecycle=fails_when_rolled_back(service.name, ignore_changes=["desired_count"]),
        )
        Scaling(self, side, service=ecs_service)
        Alarms(self, side, load_balancer)
