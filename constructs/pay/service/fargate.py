"""A microservice on AWS Fargate, the new side."""

from constructs import Construct

from imports.aws.ecs_service import EcsServiceNetworkConfiguration
from pay.model import Environment, Microservice, Side
from pay.model.side import ServiceSide
from pay.service.scaling import FargateScaling
from pay.service.side_service import SideService

PLATFORM_VERSION = "LATEST"
"""The platform gets its security patches with every new task (PCI DSS v4.0.1, 6.3.3)."""


class FargateService(SideService):
    """awsvpc network, a security group of its own, ip targets, scaled to demand.

    `desired_count` is only where the service starts. Scaling owns it from then on, so a plan
    neither shows nor resets the work of scaling.
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Microservice, environment: Environment
    ) -> None:
        super().__init__(scope, id, ServiceSide(service, environment, Side.FARGATE))
        ecs_service = self.run(
            launch_type="FARGATE",
            platform_version=PLATFORM_VERSION,
            # Unset, the provider sends DISABLED. After a zone's failure every task would stay in
            # the zones that were left.
            availability_zone_rebalancing="ENABLED",
            network_configuration=EcsServiceNetworkConfiguration(
                subnets=self.network.subnets(service.name),
                security_groups=self.network.task_security_groups(service),
                assign_public_ip=False,
            ),
            ignore_changes=["desired_count"],
        )
        FargateScaling(self, self.side, service=ecs_service, load_balancer=self._load_balancer)
