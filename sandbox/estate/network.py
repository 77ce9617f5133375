"""The VPC, its subnets, its security groups and its endpoints."""

from ipaddress import IPv4Network
from itertools import product

from pay.model import Segment, names
from sandbox.estate.endpoints import ENDPOINTS_SUBNETS, make_endpoints
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake
from sandbox.estate.routes import make_routes
from sandbox.estate.security_groups import make_security_groups

VPC_RANGE = IPv4Network("10.16.0.0/16")
OTHER_VPC_RANGE = IPv4Network("10.17.0.0/16")
SUBNET_PREFIX, SMALL_PREFIX = 24, 28
DATABASE_SUBNETS = "databases"


def make_network(owner: Owner) -> None:
    """Create the VPC, subnets, routes, security groups and endpoints."""
    vpc_id = _vpc(owner, owner.environment.network.vpc, VPC_RANGE)
    _subnets(owner, vpc_id)
    make_routes(owner, vpc_id)
    make_security_groups(owner, vpc_id)
    make_endpoints(owner, vpc_id)


def _vpc(owner: Owner, name: str, block: IPv4Network) -> str:
    ec2, ids = owner.client("ec2"), owner.ids("vpc")
    if name not in ids:
        tags = owner.tagged("vpc", name)
        vpc = ec2.create_vpc(CidrBlock=str(block), TagSpecifications=tags)["Vpc"]
        ids[name] = vpc["VpcId"]
        ec2.modify_vpc_attribute(VpcId=ids[name], EnableDnsHostnames={"Value": True})
    return ids[name]


def _subnets(owner: Owner, vpc_id: str) -> None:
    """Create the public subnets, and those of each segment's instances and of every service.

    Also create those of databases, endpoints, canaries and load tests.
    """
    network, existing = owner.environment.network, owner.ids("subnet")
    elsewhere_id = vpc_id
    if Mistake.SUBNET_IN_OTHER_VPC in owner.mistakes:
        elsewhere_id = _vpc(owner, f"{network.vpc}-other", OTHER_VPC_RANGE)
    services = [service.name for service in owner.services]
    instances = map(names.instance_subnets, Segment)
    # New ones come last, so the addresses of the others stay.
    of_load = [names.LOAD_SUBNETS] if owner.environment.load else []
    shared = [DATABASE_SUBNETS, ENDPOINTS_SUBNETS, names.SMOKE_SUBNETS, *of_load]
    groups = ["public", *instances, *services, *shared]
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
