"""Resources of an environment's other stacks, so that each stack can be planned alone."""

from pay.model import Segment, Severity, Side, names
from sandbox.estate.estate_builder import Owner


def make_neighbours(owner: Owner) -> None:
    """Create the platform's clusters, keys and topics, and the load balancer of every side.

    Each has only what the stacks look up.
    """
    for side in Side:
        owner.client("ecs").create_cluster(clusterName=names.cluster(owner.name, side))
    for severity in Severity:
        owner.client("sns").create_topic(Name=names.alarm_topic(owner.name, severity))
    for segment in Segment:
        owner.key(names.key_alias(owner.name, segment))
    subnets = owner.subnets("public")
    for service in owner.services:
        for side in Side:
            owner.create(
                *("elbv2", "create_load_balancer"),
                Name=names.load_balancer(owner.name, service.name, side),
                Type=service.load_balancer_type.value,
                Subnets=subnets,
            )
            owner.create(
                *("elbv2", "create_target_group"),
                Name=names.target_group(owner.name, service.name, side),
                Protocol=service.target_protocol,
                Port=service.target_port,
                VpcId=owner.vpc_id,
            )
