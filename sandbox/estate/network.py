"""The VPC, its subnets and its security groups."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from pay.model import Exposure, LoadBalancerType, Segment, names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake
from sandbox.estate.routes import ANYWHERE, make_routes

VPC_RANGE = ipaddress.IPv4Network("10.16.0.0/16")
OTHER_VPC_RANGE = ipaddress.IPv4Network("10.17.0.0/16")
SUBNET_PREFIX = 24
DYNAMIC_PORTS = (32768, 65535)
HTTPS, HTTP = 443, 80

Rule = dict[str, Any]


def make_network(owner: Owner) -> None:
    """Create the VPC, subnets, routes and security groups."""
    vpc_id = _vpc(owner, owner.environment.network.vpc, VPC_RANGE)
    _subnets(owner, vpc_id)
    make_routes(owner, vpc_id)
    groups = _security_groups(owner, vpc_id)
    for name, rules in _rules(owner, groups):
        owner.unless_there(
            lambda name=name, rules=rules: owner.client("ec2").authorize_security_group_ingress(  # type: ignore[misc]
                GroupId=groups[name], IpPermissions=rules
            ),
            "InvalidPermission.Duplicate",
        )


def _vpc(owner: Owner, name: str, block: ipaddress.IPv4Network) -> str:
    ec2 = owner.client("ec2")
    existing = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"]
    if existing:
        return str(existing[0]["VpcId"])
    specification = [{"ResourceType": "vpc", "Tags": owner.tags(name)}]
    vpc = ec2.create_vpc(CidrBlock=str(block), TagSpecifications=specification)["Vpc"]
    ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], EnableDnsHostnames={"Value": True})
    return str(vpc["VpcId"])


def subnet_groups(owner: Owner) -> list[str]:
    """Return the groups of subnets: `public`, the instances of each segment, every service."""
    instances = [f"ecs-{segment}" for segment in Segment]
    return ["public", *instances, *(service.name for service in owner.services)]


def _subnets(owner: Owner, vpc_id: str) -> None:
    ec2, zones = owner.client("ec2"), owner.environment.network.zones
    present = {
        tag["Value"]
        for subnet in owner.pages("ec2", "describe_subnets", "Subnets")
        for tag in subnet.get("Tags", [])
        if tag["Key"] == "Name"
    }
    blocks = zip(
        VPC_RANGE.subnets(new_prefix=SUBNET_PREFIX),
        OTHER_VPC_RANGE.subnets(new_prefix=SUBNET_PREFIX),
        strict=True,
    )
    other_vpc_id = (
        _vpc(owner, f"{owner.environment.network.vpc}-other", OTHER_VPC_RANGE)
        if Mistake.SUBNET_IN_OTHER_VPC in owner.mistakes
        else None
    )
    for group in subnet_groups(owner):
        for zone in zones:
            block, other_block = next(blocks)
            name = names.subnet(owner.name, group, zone)
            if name in present:
                continue
            elsewhere = other_vpc_id if zone == zones[-1] else None
            ec2.create_subnet(
                VpcId=elsewhere or vpc_id,
                CidrBlock=str(other_block if elsewhere else block),
                AvailabilityZone=zones[0] if Mistake.SINGLE_ZONE in owner.mistakes else zone,
                TagSpecifications=[{"ResourceType": "subnet", "Tags": owner.tags(name)}],
            )


def _group_names(owner: Owner) -> Iterator[str]:
    for segment in Segment:
        yield names.base_security_group(owner.name, segment)
        yield names.instance_security_group(owner.name, segment)
    for service in owner.services:
        yield names.load_balancer_security_group(owner.name, service.name)
        if Mistake.MISSING_SECURITY_GROUP not in owner.mistakes:
            yield names.task_security_group(owner.name, service.name)


def _security_groups(owner: Owner, vpc_id: str) -> dict[str, str]:
    """Create the missing groups; return a map of every group's name to its id."""
    own = list(_group_names(owner))
    groups = owner.security_groups(own)
    for name in own:
        if name not in groups:
            specification = [{"ResourceType": "security-group", "Tags": owner.tags(name)}]
            created = owner.client("ec2").create_security_group(
                GroupName=name, Description=name, VpcId=vpc_id, TagSpecifications=specification
            )
            groups[name] = created["GroupId"]
    return groups


def _rules(owner: Owner, groups: dict[str, str]) -> Iterator[tuple[str, list[Rule]]]:
    """Yield each group's sources: clients for load balancers, which are those of the others."""
    for segment in Segment:
        inside = [s for s in owner.services if s.scope.segment is segment]
        balancers = [groups[names.load_balancer_security_group(owner.name, s.name)] for s in inside]
        if balancers:
            name = names.instance_security_group(owner.name, segment)
            yield name, [_from_groups(*DYNAMIC_PORTS, balancers)]
    for service in owner.services:
        balancer = names.load_balancer_security_group(owner.name, service.name)
        source = ANYWHERE if service.exposure is Exposure.PUBLIC else str(VPC_RANGE)
        if service.load_balancer_type is LoadBalancerType.NETWORK:
            yield balancer, [_from_range(service.listener_port, source)]
        else:
            ports = [HTTPS, HTTP] if service.exposure is Exposure.PUBLIC else [HTTPS]
            yield balancer, [_from_range(port, source) for port in ports]
        task = names.task_security_group(owner.name, service.name)
        if task in groups:
            port = service.target_port
            yield task, [_from_groups(port, port, [groups[balancer]])]


def _from_range(port: int, block: str) -> Rule:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": block}],
    }


def _from_groups(first: int, last: int, sources: list[str]) -> Rule:
    return {
        "IpProtocol": "tcp",
        "FromPort": first,
        "ToPort": last,
        "UserIdGroupPairs": [{"GroupId": group} for group in sources],
    }
