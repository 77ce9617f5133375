"""Resources of an environment's other stacks, so that each stack can be planned alone."""

from pay.model import Microservice, Segment, Severity, Side, names
from sandbox.estate.estate_builder import Owner


def make_neighbours(owner: Owner) -> None:
    """Create the platform's clusters, keys and topics, and the load balancer of every side.

    Each has only what the stacks look up.
    """
    ecs, sns = owner.client("ecs"), owner.client("sns")
    for side in Side:
        ecs.create_cluster(clusterName=names.cluster(owner.name, side))
    for severity in Severity:
        sns.create_topic(Name=names.alarm_topic(owner.name, severity))
    for segment in Segment:
        _key(owner, names.key_alias(owner.name, segment))
    subnets = [
        subnet["SubnetId"] for subnet in owner.client("ec2").describe_subnets()["Subnets"][:2]
    ]
    for service in owner.services:
        for side in Side:
            _load_balancer(owner, service, side, subnets)


def _key(owner: Owner, alias: str) -> None:
    kms = owner.client("kms")
    if alias in {each["AliasName"] for each in owner.pages("kms", "list_aliases", "Aliases")}:
        return
    key = kms.create_key(Description=alias)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=key)


def _load_balancer(owner: Owner, service: Microservice, side: Side, subnets: list[str]) -> None:
    owner.unless_there(
        lambda: owner.client("elbv2").create_load_balancer(
            Name=names.load_balancer(owner.name, service.name, side),
            Type=service.load_balancer_type.value,
            Subnets=subnets,
        ),
        "DuplicateLoadBalancerName",
    )
