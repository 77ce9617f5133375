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
    mistakes = owner.mistakes
    gateway_id = _internet_gateway(owner, vpc_id)
    public, private = (
        _route_table(owner, vpc_id, f"{owner.name}-{kind}") for kind in ("public", "private")
    )
    owner.unless_there(
        lambda: owner.client("ec2").create_route(
            RouteTableId=public, DestinationCidrBlock=ANYWHERE, GatewayId=gateway_id
        ),
        "RouteAlreadyExists",
    )
    for_public = private if Mistake.PRIVATE_PUBLIC_SUBNET in mistakes else public
    _associate(owner, vpc_id, for_public, ["public"])
    services = [service.name for service in owner.services]
    _associate(owner, vpc_id, public if Mistake.PUBLIC_SUBNET in mistakes else private, services)


def _internet_gateway(owner: Owner, vpc_id: str) -> str:
    ec2 = owner.client("ec2")
    filters = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    existing = ec2.describe_internet_gateways(Filters=filters)["InternetGateways"]
    if existing:
        return str(existing[0]["InternetGatewayId"])
    specification = [{"ResourceType": "internet-gateway", "Tags": owner.tags(owner.name)}]
    gateway = ec2.create_internet_gateway(TagSpecifications=specification)["InternetGateway"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc_id)
    return str(gateway["InternetGatewayId"])


def _route_table(owner: Owner, vpc_id: str, name: str) -> str:
    ec2 = owner.client("ec2")
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "tag:Name", "Values": [name]}]
    existing = ec2.describe_route_tables(Filters=filters)["RouteTables"]
    if existing:
        return str(existing[0]["RouteTableId"])
    specification = [{"ResourceType": "route-table", "Tags": owner.tags(name)}]
    created = ec2.create_route_table(VpcId=vpc_id, TagSpecifications=specification)
    return str(created["RouteTable"]["RouteTableId"])


def _associate(owner: Owner, vpc_id: str, table: str, groups: list[str]) -> None:
    """Associate the groups' subnets with this table, unless they already have one."""
    ec2 = owner.client("ec2")
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    associated = {
        association.get("SubnetId")
        for each in tables["RouteTables"]
        for association in each["Associations"]
    }
    own = {
        names.subnet(owner.name, group, zone)
        for group in groups
        for zone in owner.environment.network.zones
    }
    # A subnet that is by mistake in another VPC cannot have a table of this one.
    subnets = owner.pages(
        "ec2", "describe_subnets", "Subnets", Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
    )
    for subnet in subnets:
        tags = {tag["Key"]: tag["Value"] for tag in subnet.get("Tags", [])}
        if tags.get("Name") in own and subnet["SubnetId"] not in associated:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet["SubnetId"])
