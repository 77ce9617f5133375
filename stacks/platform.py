"""`<env>-platform`: the resources that all services of an environment share."""

from constructs import Construct

from imports.aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from pay.catalogue import CATALOGUE
from pay.existing.network import ExistingNetwork
from pay.model import Environment, Segment, Side, addresses, names
from pay.model.rights.keys_and_topics import used_by_logs
from pay.model.stacks import PLATFORM
from pay.platform.capacity import ec2_capacity
from pay.platform.clusters import ecs_cluster
from pay.platform.keys import encryption_key
from pay.platform.logs import service_log_groups
from pay.platform.topics import AlarmTopics
from stacks.base import PayStack


class PlatformStack(PayStack):
    """Keys, log groups, alarm topics, the Fargate cluster, and the legacy cluster with its
    instances.
    """

    def __init__(self, scope: Construct, environment: Environment) -> None:
        name = environment.name
        super().__init__(scope, PLATFORM, environment)
        keys = {
            segment: encryption_key(
                self,
                segment,
                environment=environment,
                alias=names.key_alias(name, segment),
                description=f"Logs of {name}, {segment}",
                used_by=[used_by_logs(environment)],
            )
            for segment in Segment
        }
        services = [CATALOGUE[service] for service in environment.services]
        service_log_groups(self, services, environment=environment, keys=keys)
        AlarmTopics(self, "alarm_topics", environment=environment)
        # Sessions could reach any service, so they are kept by the strictest key.
        fargate = ecs_cluster(self, Side.FARGATE, environment=environment, key=keys[Segment.CDE])
        EcsClusterCapacityProviders(
            self,
            addresses.capacity_providers(Side.FARGATE).id,
            cluster_name=fargate.name,
            capacity_providers=["FARGATE"],
        )
        ec2 = ecs_cluster(self, Side.EC2, environment=environment, key=keys[Segment.CDE])
        network = ExistingNetwork(self, environment)
        providers = [
            ec2_capacity(self, segment, environment=environment, network=network, cluster=ec2)
            for segment in Segment
        ]
        EcsClusterCapacityProviders(
            self,
            addresses.capacity_providers(Side.EC2).id,
            cluster_name=ec2.name,
            capacity_providers=[provider.name for provider in providers],
        )
