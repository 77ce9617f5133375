"""The VPC endpoints: an interface for each API that the services call, and a gateway for S3."""

from pay.model.connections import EndKind
from sandbox.estate.estate_builder import Owner
from sandbox.estate.security_groups import group_name, needed

ENDPOINTS_SUBNETS = "vpc-endpoints"


def make_endpoints(owner: Owner, vpc_id: str) -> None:
    """Create the endpoints that are missing."""
    ec2, groups = owner.client("ec2"), owner.ids("security-group")
    existing = {
        each["ServiceName"]
        for each in owner.pages("ec2", "describe_vpc_endpoints", "VpcEndpoints")
        if each["VpcId"] == vpc_id
    }
    for end in sorted({each.target for each in needed(owner) if each.target.kind is EndKind.AWS}):
        service = f"com.amazonaws.{owner.environment.region}.{end.name}"
        if service in existing:
            continue
        if group := group_name(owner, end):
            ec2.create_vpc_endpoint(
                VpcEndpointType="Interface",
                VpcId=vpc_id,
                ServiceName=service,
                SubnetIds=owner.subnets(ENDPOINTS_SUBNETS),
                SecurityGroupIds=[groups[group]],
                PrivateDnsEnabled=True,
            )
        else:
            tables = [owner.ids("route-table")[f"{owner.name}-private"]]
            ec2.create_vpc_endpoint(
                VpcEndpointType="Gateway", VpcId=vpc_id, ServiceName=service, RouteTableIds=tables
            )
