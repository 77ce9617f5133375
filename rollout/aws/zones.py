"""The hosted zones that names are in, as the stacks look them up (`pay.existing.dns.zone_id`)."""

from collections.abc import Iterator

from rollout.aws.clients import Client


def hosted_zone_ids(name: str, vpc: str, client: Client) -> list[str]:
    """Return the ids of the zones of this name: the private ones that the VPC named `vpc` resolves.
    With an empty `vpc` these are the public ones.

    Raises botocore's ClientError when AWS does not answer.
    """
    zones = _of_vpc(vpc, client) if vpc else _by_name(name, client, private=False)
    return [id.rpartition("/")[2] for id, zone in zones if zone == f"{name}."]


def private_zone_ids(name: str, client: Client) -> list[str]:
    """Return the ids of all private zones of this name, whichever VPCs resolve them.

    Raises botocore's ClientError when AWS does not answer.
    """
    zones = _by_name(name, client, private=True)
    return [id.rpartition("/")[2] for id, zone in zones if zone == f"{name}."]


def _by_name(name: str, client: Client, *, private: bool) -> Iterator[tuple[str, str]]:
    for each in client("route53").list_hosted_zones_by_name(DNSName=name)["HostedZones"]:
        if each["Config"]["PrivateZone"] is private:
            yield each["Id"], each["Name"]


def _of_vpc(vpc: str, client: Client) -> Iterator[tuple[str, str]]:
    ec2 = client("ec2")
    by_name = [{"Name": "tag:Name", "Values": [vpc]}]
    for each in ec2.describe_vpcs(Filters=by_name)["Vpcs"]:
        more = {"VPCId": each["VpcId"], "VPCRegion": ec2.meta.region_name}
        while more:
            answer = client("route53").list_hosted_zones_by_vpc(**more)
            for zone in answer["HostedZoneSummaries"]:
                yield zone["HostedZoneId"], zone["Name"]
            following = answer.get("NextToken")
            more = {**more, "NextToken": following} if following else {}
