"""Names, zones and certificates that a move cannot start from are told, all at once."""

import json
from typing import Any

import boto3
import pytest

from pay.catalogue import CATALOGUE
from pay.model import host_name
from tests.support import aws_cli
from tests.support.account import CREDENTIALS, Account, Adopt, certificate, dns_name

BALANCER = "sandbox-ledger-alb"
ELSEWHERE = "old-ledger.example."


def first(adopt: Adopt) -> list[dict[str, Any]]:
    """What has to change first."""
    result = adopt("--json", "--allow-missing", **CREDENTIALS)
    assert result.exit_code == 1
    return list(json.loads(result.stdout)["first"])


def run_all(obstacles: list[dict[str, Any]]) -> None:
    session = boto3.Session("test", "test", region_name="eu-west-1")
    for command in (line for each in obstacles for line in each["commands"]):
        aws_cli.run(command, session.client)


@pytest.fixture
def host(aws: Account) -> str:
    return host_name(CATALOGUE["ledger"], aws.environment)


def record(host: str, type: str, *values: str, **more: Any) -> dict[str, Any]:
    return {
        "Name": f"{host}.",
        "Type": type,
        "TTL": 60,
        "ResourceRecords": [{"Value": value} for value in values],
        **more,
    }


def test_a_cname_is_replaced_by_the_alias_in_one_batch(
    adopt: Adopt, aws: Account, host: str
) -> None:
    aws.records[host] = [record(host, "CNAME", dns_name(BALANCER))]
    [obstacle] = first(adopt)
    assert (
        f"{host} is a CNAME to {dns_name(BALANCER)}; expected is a simple alias of type A"
        in (obstacle["reason"])
    )
    [command] = obstacle["commands"]
    assert command.count('"Action"') == 2
    run_all([obstacle])
    assert adopt(**CREDENTIALS).exit_code == 0


def test_weighted_records_of_one_target_are_replaced(adopt: Adopt, aws: Account, host: str) -> None:
    aws.records[host] = [
        {**aws.alias(host), "SetIdentifier": each, "Weight": 50} for each in ("a", "b")
    ]
    [obstacle] = first(adopt)
    assert "has 2 with a routing policy" in obstacle["reason"]
    run_all([obstacle])
    assert adopt(**CREDENTIALS).exit_code == 0


@pytest.mark.parametrize(
    ("type", "values", "says"),
    [
        ("CNAME", [ELSEWHERE], "is a CNAME to old-ledger.example;"),
        ("A", ["10.0.0.1", "10.0.0.2"], "is a record of addresses to 10.0.0.1, 10.0.0.2;"),
    ],
)
def test_a_name_that_leads_elsewhere_is_left_to_a_person(
    adopt: Adopt, aws: Account, host: str, type: str, values: list[str], says: str
) -> None:
    aws.records[host] = [record(host, type, *values)]
    [obstacle] = first(adopt)
    assert says in obstacle["reason"]
    assert dns_name(BALANCER) in obstacle["reason"]
    assert obstacle["commands"] == []


def test_an_alias_to_another_target_is_left_to_a_person(
    adopt: Adopt, aws: Account, host: str
) -> None:
    aws.records[host] = [{**aws.alias(host), "AliasTarget": {"DNSName": ELSEWHERE}}]
    [obstacle] = first(adopt)
    assert "is an alias to old-ledger.example;" in obstacle["reason"]
    assert obstacle["commands"] == []


def test_a_name_without_a_load_balancer_is_told_as_missing_only(
    adopt: Adopt, aws: Account, host: str
) -> None:
    aws.gone = {BALANCER}
    result = adopt("--json", "--allow-missing", **CREDENTIALS)
    assert json.loads(result.stdout)["first"] == []


def test_a_record_of_ipv6_is_deleted(adopt: Adopt, aws: Account, host: str) -> None:
    aws.records[host] = [aws.alias(host), record(host, "AAAA", "::1")]
    [obstacle] = first(adopt)
    assert f"{host} has an AAAA record too, to ::1" in obstacle["reason"]
    run_all([obstacle])
    assert adopt(**CREDENTIALS).exit_code == 0


def test_the_private_zone_is_that_of_the_vpc(adopt: Adopt, aws: Account, host: str) -> None:
    report = json.loads(adopt("--json", **CREDENTIALS).stdout)
    adopted = report["adopted"]["sandbox-ledger-traffic aws_route53_record.ec2"]
    assert adopted == f"ZPRIVATE_{host}_A"


@pytest.mark.parametrize("gone", ["ZPRIVATE", "vpc"])
def test_a_zone_that_the_vpc_does_not_resolve_is_told_once(
    adopt: Adopt, aws: Account, gone: str
) -> None:
    vpc, zone = aws.environment.network.vpc, aws.environment.dns.internal_zone
    aws.gone = {vpc if gone == "vpc" else gone}
    obstacles = [each["reason"] for each in first(adopt)]
    there = "another VPC has ZELSEWHERE"
    assert obstacles == [f"the VPC {vpc} resolves no private hosted zone {zone}; {there}"]


def test_two_vpcs_of_one_name_are_told_as_such(
    adopt: Adopt, aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    vpc = aws.environment.network.vpc
    both = {"Vpcs": [{"VpcId": "vpc-1"}, {"VpcId": "vpc-2"}]}
    monkeypatch.setattr(aws, "DescribeVpcs", lambda Filters: both)
    [obstacle] = first(adopt)
    assert f"2 VPCs with the name {vpc} resolve a private hosted zone" in obstacle["reason"]
    assert "network.vpc" in obstacle["fix"]


@pytest.mark.parametrize(
    ("zones", "says"),
    [
        (["ZPUBLIC", "ZSECOND"], "there are 2 public hosted zones {} (ZPUBLIC, ZSECOND)"),
        ([], "there is no public hosted zone {}"),
    ],
)
def test_a_public_zone_has_to_be_one(
    adopt: Adopt, aws: Account, zones: list[str], says: str
) -> None:
    aws.public_zones = zones
    [obstacle] = first(adopt)
    assert says.format(aws.environment.dns.public_zone) in obstacle["reason"]


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({"KeyAlgorithm": "RSA-1024"}, "RSA_1024 ISSUED"),
        ({"Status": "PENDING_VALIDATION"}, "RSA_2048 PENDING_VALIDATION"),
        ({"Status": "EXPIRED", "KeyAlgorithm": "EC_prime256v1"}, "EC_prime256v1 EXPIRED"),
        ({"DomainName": "ledger.example.org"}, "none"),
    ],
)
def test_a_certificate_that_no_lookup_finds_is_told_once(
    adopt: Adopt, aws: Account, changes: dict[str, str], there: str
) -> None:
    zone = aws.environment.dns.internal_zone
    aws.certificates[0] |= changes
    [obstacle] = first(adopt)
    assert obstacle["reason"].startswith(f"no issued certificate for *.{zone} has a key")
    assert obstacle["reason"].endswith(f"there is: {there}")


def test_a_listener_that_presents_another_key_is_told(adopt: Adopt, aws: Account) -> None:
    aws.presented[BALANCER] = "arn:certificate/rsa"
    zone = aws.environment.dns.internal_zone
    aws.certificates.append(certificate("arn:certificate/rsa", zone, KeyAlgorithm="RSA-4096"))
    aws.certificates[0] |= {"KeyAlgorithm": "EC_prime256v1", "NotBefore": later(aws)}
    [obstacle] = first(adopt)
    assert f"ledger presents arn:certificate/rsa (*.{zone}, RSA_4096)" in obstacle["reason"]
    assert "arn:certificate/usual (*." in obstacle["reason"]
    assert "EC_prime256v1)" in obstacle["reason"]
    run_all([obstacle])
    assert adopt(**CREDENTIALS).exit_code == 0


def later(aws: Account) -> Any:
    return certificate("", "", day=2)["NotBefore"]


def test_all_are_told_at_once(adopt: Adopt, aws: Account, host: str) -> None:
    aws.records[host] = [record(host, "CNAME", ELSEWHERE), record(host, "AAAA", "::1")]
    aws.presented["sandbox-cardid-alb"] = "arn:certificate/other"
    aws.public_zones = []
    aws.short = {"ledger"}
    gates = [each["gate"] for each in first(adopt)]
    assert sorted(gates) == ["certificate", "record", "record", "short ARN", "zone"]
