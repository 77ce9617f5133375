"""Names that are not led to their load balancer by a simple alias, which a move starts from."""

import json
import shlex
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, adoptable, names
from rollout.adoption.import_answers import is_not_there
from rollout.adoption.obstacle import Obstacle, on_ec2
from rollout.aws.clients import Client
from rollout.aws.zones import hosted_zone_ids, private_zone_ids

RecordSet = dict[str, Any]

RECORDS_OF_A_NAME = "100"
"""The most that one answer holds for a name: more than it has, with a routing policy, too."""


def records(environment: Environment, client: Client) -> Iterator[Obstacle]:
    """Yield zones that are not clear, and names that a stack cannot take over. Such a name is a
    CNAME, has a routing policy, leads elsewhere or also answers IPv6. Route 53 has no A record
    beside a CNAME, so the first apply would fail. Source: Route 53 developer guide, "Choosing
    between alias and non-alias records".
    """
    reported = set()
    ids = cache(lambda zone, vpc: hosted_zone_ids(zone, vpc, client))
    for service in on_ec2(environment):
        [record] = adoptable.ec2_record(environment, CATALOGUE[service]).values()
        if not record.name:
            continue
        zone, host, vpc = record.name
        match ids(zone, vpc):
            case [zone_id]:
                yield from _of_name(environment, service, host, zone_id, client)
            case unclear if zone not in reported:
                reported.add(zone)
                others = private_zone_ids(zone, client) if vpc else ()
                yield _zone(zone, vpc, unclear, others)


def _zone(zone: str, vpc: str, ids: Sequence[str], others: Sequence[str]) -> Obstacle:
    if vpc and ids:
        return Obstacle(
            "zone",
            f"{len(ids)} VPCs with the name {vpc} resolve a private hosted zone {zone} "
            f"({', '.join(ids)}); Terraform's lookup takes one VPC",
            "give each VPC a name of its own, or correct `network.vpc` of the environment's file",
            (),
        )
    if vpc:
        there = f"; another VPC has {', '.join(others)}" if others else ""
        return Obstacle(
            "zone",
            f"the VPC {vpc} resolves no private hosted zone {zone}{there}",
            "associate the zone with the VPC (aws route53 associate-vpc-with-hosted-zone), or "
            "correct `dns` of the environment's file",
            (),
        )
    return Obstacle(
        "zone",
        f"there are {len(ids)} public hosted zones {zone} ({', '.join(ids)}); Terraform's lookup "
        "takes one"
        if ids
        else f"there is no public hosted zone {zone}",
        "keep the one that the registrar's name servers are of",
        (),
    )


def _of_name(
    environment: Environment, service: str, host: str, zone_id: str, client: Client
) -> Iterator[Obstacle]:
    listed = client("route53").list_resource_record_sets(
        HostedZoneId=zone_id,
        StartRecordName=host,
        StartRecordType="A",
        MaxItems=RECORDS_OF_A_NAME,
    )["ResourceRecordSets"]
    own = [each for each in listed if each["Name"] == f"{host}."]
    balancer = _balancer(client, names.load_balancer(environment.name, service, Side.EC2))
    change = (
        f"aws route53 change-resource-record-sets --region {environment.region} "
        f"--hosted-zone-id {zone_id} --change-batch "
    )
    if ipv6 := [each for each in own if each["Type"] == "AAAA"]:
        yield Obstacle(
            "record",
            f"{host} has an AAAA record too, to {_targets(ipv6)}: no stage moves the clients that "
            "use it",
            "delete it; they use the A record from then on",
            (change + _batch(ipv6),),
        )
    answering = [each for each in own if each["Type"] in ("A", "CNAME")]
    if not answering or _is_expected(answering, balancer):
        return
    expected = f"the load balancer of {service}"
    leads_there = balancer and all(map(_leads_to(balancer), answering))
    if balancer:
        expected += f", {balancer['DNSName']}"
    yield Obstacle(
        "record",
        f"{host} {_kind(answering)} to {_targets(answering)}; expected is a simple alias of type A "
        f"to {expected}",
        "replace it in one batch: the name answers all along"
        if leads_there
        else "find out what answers there, and lead the name to that load balancer first, in a "
        "change of its own",
        (change + _batch(answering, host, balancer),) if leads_there else (),
    )


def _balancer(client: Client, name: str) -> RecordSet | None:
    try:
        balancers = client("elbv2").describe_load_balancers(Names=[name])["LoadBalancers"]
    except ClientError as error:
        if not is_not_there(error):
            raise
        return None
    return dict(balancers[0])


def _is_expected(answering: Sequence[RecordSet], balancer: RecordSet | None) -> bool:
    """Return whether a move can start from the records. Where there is no load balancer, another
    line of the report says so.
    """
    [first, *more] = answering
    is_simple_alias = not more and "AliasTarget" in first and "SetIdentifier" not in first
    return is_simple_alias and (balancer is None or _leads_to(balancer)(first))


def _leads_to(balancer: RecordSet) -> Any:
    return lambda record: _target_list(record) == [_plain(balancer["DNSName"])]


def _kind(answering: Sequence[RecordSet]) -> str:
    first = answering[0]
    if "SetIdentifier" in first:
        return f"has {len(answering)} with a routing policy"
    if first["Type"] == "CNAME":
        return "is a CNAME"
    return "is an alias" if "AliasTarget" in first else "is a record of addresses"


def _target_list(record: RecordSet) -> list[str]:
    if alias := record.get("AliasTarget"):
        return [_plain(alias["DNSName"])]
    return [_plain(each["Value"]) for each in record.get("ResourceRecords", ())]


def _targets(some: Sequence[RecordSet]) -> str:
    return ", ".join(dict.fromkeys(target for each in some for target in _target_list(each)))


def _plain(name: str) -> str:
    """Return a DNS name for comparison. The console writes `dualstack.` before a load balancer's,
    which has the same addresses. Source: Route 53 developer guide, "Values specific for simple
    alias records".
    """
    return name.lower().rstrip(".").removeprefix("dualstack.")


def _batch(deleted: Sequence[RecordSet], host: str = "", balancer: RecordSet | None = None) -> str:
    """Return the batch that deletes records and, with a load balancer, makes the alias."""
    changes = [{"Action": "DELETE", "ResourceRecordSet": each} for each in deleted]
    if balancer:
        target = {
            "HostedZoneId": balancer["CanonicalHostedZoneId"],
            "DNSName": balancer["DNSName"],
            # As before. The adoption turns it on, where the plan shows it.
            "EvaluateTargetHealth": False,
        }
        alias = {"Name": f"{host}.", "Type": "A", "AliasTarget": target}
        changes.append({"Action": "CREATE", "ResourceRecordSet": alias})
    return shlex.quote(json.dumps({"Changes": changes}, separators=(",", ":")))
