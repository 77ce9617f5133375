"""The internet gateway and the route tables, which decide which subnets are public."""

from pay.model import names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake

ANYWHERE = "0.0.0.0/0"


def make_routes(owner: Owner, vpc_id: str) -> None:
    """Create a table with a route to the internet gateway and one without.

    The instances' subnets have no table of their own, so they use the VPC's main table. No subnet
    assigns public addresses, because load balancers do not need it.
    """
    gateway_id = _internet_gateway(owner, vpc_id)
    public, private = (
        _route_table(owner, vpc_id, f"{owner.name}-{kind}") for kind in ("public", "private")
    )
    route = {"DestinationCidrBlock": ANYWHERE, "GatewayId": gateway_id}
    owner.create("ec2", "create_route", RouteTableId=public, **route)
    for_public = private if Mistake.PRIVATE_PUBLIC_SUBNET in owner.mistakes else public
    _associate(owner, vpc_id, for_public, ["public"])
    for_services = public if Mistake.PUBLIC_SUBNET in owner.mistakes else private
    _associate(owner, vpc_id, for_services, [service.name for service in owner.services])


def _internet_gateway(owner: Owner, vpc_id: str) -> str:
    ec2, ids = owner.client("ec2"), owner.ids("internet-gateway")
    if owner.name not in ids:
        tags = owner.tagged("internet-gateway", owner.name)
        gateway = ec2.create_internet_gateway(TagSpecifications=tags)["InternetGateway"]
        ids[owner.name] = gateway["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=ids[owner.name], VpcId=vpc_id)
    return ids[owner.name]


def _route_table(owner: Owner, vpc_id: str, name: str) -> str:
    ids = owner.ids("route-table")
    if name not in ids:
        tags = owner.tagged("route-table", name)
        created = owner.client("ec2").create_route_table(VpcId=vpc_id, TagSpecifications=tags)
        ids[name] = created["RouteTable"]["RouteTableId"]
    return ids[name]


def _associate(owner: Owner, vpc_id: str, table: str, groups: list[str]) -> None:
    """Associate the groups' subnets with this table, unless they already have one."""
    ec2, zones = owner.client("ec2"), owner.environment.network.zones
    # A subnet that is by mistake in another VPC cannot have a table of this one.
    in_vpc = {"Name": "vpc-id", "Values": [vpc_id]}
    associated = {
        association.get("SubnetId")
        for each in owner.pages("ec2", "describe_route_tables", "RouteTables", Filters=[in_vpc])
        for association in each["Associations"]
    }
    own = [names.subnet(owner.name, group, zone) for group in groups for zone in zones]
    filters = [in_vpc, {"Name": "tag:Name", "Values": own}]
    for subnet in owner.pages("ec2", "describe_subnets", "Subnets", Filters=filters):
        if subnet["SubnetId"] not in associated:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet["SubnetId"])
