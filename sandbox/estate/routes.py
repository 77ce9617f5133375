"""The internet gateway and the route tables: they say which subnets are public."""

from pay.model import names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake

ANYWHERE = "0.0.0.0/0"


def make_routes(owner: Owner, vpc_id: str) -> None:
    """A table with a route to the internet gateway and one without. The instances' subnets follow
    the VPC's main table, as subnets do that nobody has associated with any.

    No subnet gives out public addresses, the public ones neither: load balancers do not need it.
    """
    wrong = owner.mistakes
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
    lost = Mistake.PRIVATE_PUBLIC_SUBNET in wrong
    _associate(owner, vpc_id, private if lost else public, ["public"])
    services = [service.name for service in owner.services]
    _associate(owner, vpc_id, public if Mistake.PUBLIC_SUBNET in wrong else private, services)


def _internet_gateway(owner: Owner, vpc_id: str) -> str:
    ec2 = owner.client("ec2")
    filters = [{"Name": "attachment.vpc-id", "Values": [vpc_id]}]
    found = ec2.describe_internet_gateways(Filters=filters)["InternetGateways"]
    if found:
        return str(found[0]["InternetGatewayId"])
    specification = [{"ResourceType": "internet-gateway", "Tags": owner.tags(owner.name)}]
    made = ec2.create_internet_gateway(TagSpecifications=specification)["InternetGateway"]
    ec2.attach_internet_gateway(InternetGatewayId=made["InternetGatewayId"], VpcId=vpc_id)
    return str(made["InternetGatewayId"])


def _route_table(owner: Owner, vpc_id: str, name: str) -> str:
    ec2 = owner.client("ec2")
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "tag:Name", "Values": [name]}]
    found = ec2.describe_route_tables(Filters=filters)["RouteTables"]
    if found:
        return str(found[0]["RouteTableId"])
    specification = [{"ResourceType": "route-table", "Tags": owner.tags(name)}]
    made = ec2.create_route_table(VpcId=vpc_id, TagSpecifications=specification)
    return str(made["RouteTable"]["RouteTableId"])


def _associate(owner: Owner, vpc_id: str, table: str, groups: list[str]) -> None:
    """Gives the groups' subnets this table, unless they have one already."""
    ec2 = owner.client("ec2")
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
    associated = {
        association.get("SubnetId")
        for each in tables["RouteTables"]
        for association in each["Associations"]
    }
    wanted = {
        names.subnet(owner.name, group, zone)
        for group in groups
        for zone in owner.environment.network.zones
    }
    # A subnet that is in another VPC by mistake cannot have a table of this one.
    subnets = owner.pages(
        "ec2", "describe_subnets", "Subnets", Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
    )
    for subnet in subnets:
        tags = {tag["Key"]: tag["Value"] for tag in subnet.get("Tags", [])}
        if tags.get("Name") in wanted and subnet["SubnetId"] not in associated:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnet["SubnetId"])
