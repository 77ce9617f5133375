"""The VPC, its subnets and its security groups."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import product
from typing import Any

from pay.model import Exposure, LoadBalancerType, Segment, names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake
from sandbox.estate.routes import ANYWHERE, make_routes

VPC_RANGE = IPv4Network("10.16.0.0/16")
OTHER_VPC_RANGE = IPv4Network("10.17.0.0/16")
SUBNET_PREFIX, SMALL_PREFIX = 24, 28
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
        permissions = {"GroupId": groups[name], "IpPermissions": rules}
        owner.create("ec2", "authorize_security_group_ingress", **permissions)


def _vpc(owner: Owner, name: str, block: IPv4Network) -> str:
    ec2, ids = owner.client("ec2"), owner.ids("vpc")
    if name not in ids:
        tags = owner.tagged("vpc", name)
        vpc = ec2.create_vpc(CidrBlock=str(block), TagSpecifications=tags)["Vpc"]
        ids[name] = vpc["VpcId"]
        ec2.modify_vpc_attribute(VpcId=ids[name], EnableDnsHostnames={"Value": True})
    return ids[name]


def _subnets(owner: Owner, vpc_id: str) -> None:
    """Create the public subnets, those of each segment's instances, and those of every service."""
    network, existing = owner.environment.network, owner.ids("subnet")
    elsewhere_id = vpc_id
    if Mistake.SUBNET_IN_OTHER_VPC in owner.mistakes:
        elsewhere_id = _vpc(owner, f"{network.vpc}-other", OTHER_VPC_RANGE)
    services = [service.name for service in owner.services]
    groups = ["public", *(f"ecs-{segment}" for segment in Segment), *services]
    own, other = (each.subnets(new_prefix=SUBNET_PREFIX) for each in (VPC_RANGE, OTHER_VPC_RANGE))
    for group, zone in product(groups, network.zones):
        block, other_block = next(own), next(other)
        if Mistake.SMALL_SUBNET in owner.mistakes and group in services:
            block, other_block = (
                next(each.subnets(new_prefix=SMALL_PREFIX)) for each in (block, other_block)
            )
        name = names.subnet(owner.name, group, zone)
        if name in existing:
            continue
        id_ = elsewhere_id if zone == network.zones[-1] else vpc_id
        owner.client("ec2").create_subnet(
            VpcId=id_,
            CidrBlock=str(block if id_ == vpc_id else other_block),
            AvailabilityZone=network.zones[0] if Mistake.SINGLE_ZONE in owner.mistakes else zone,
            TagSpecifications=owner.tagged("subnet", name),
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
    groups = owner.ids("security-group")
    for name in _group_names(owner):
        if name not in groups:
            tags = owner.tagged("security-group", name)
            created = owner.client("ec2").create_security_group(
                GroupName=name, Description=name, VpcId=vpc_id, TagSpecifications=tags
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
        is_public = service.exposure is Exposure.PUBLIC
        ports = [HTTPS, HTTP] if is_public else [HTTPS]
        if service.load_balancer_type is LoadBalancerType.NETWORK:
            ports = [service.listener_port]
        source = {"IpRanges": [{"CidrIp": ANYWHERE if is_public else str(VPC_RANGE)}]}
        yield balancer, [{**_ports(port, port), **source} for port in ports]
        task, port = names.task_security_group(owner.name, service.name), service.target_port
        if task in groups:
            yield task, [_from_groups(port, port, [groups[balancer]])]


def _from_groups(first: int, last: int, sources: list[str]) -> Rule:
    return {**_ports(first, last), "UserIdGroupPairs": [{"GroupId": group} for group in sources]}


def _ports(first: int, last: int) -> Rule:
    return {"IpProtocol": "tcp", "FromPort": first, "ToPort": last}
