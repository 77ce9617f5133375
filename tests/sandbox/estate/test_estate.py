"""The existing estate: complete, created once, and with deliberate mistakes."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, names
from sandbox.estate.mistakes import Mistake
from sandbox.estate.seed import seed
from sandbox.instance import Sandbox

pytestmark = pytest.mark.slow

LEGACY = ("connector", "egress", "products-ui")
"""One service of each kind: internal, behind a Network Load Balancer, public."""


@pytest.fixture(scope="module")
def sandbox(environments: Mapping[str, Environment]) -> Iterator[Sandbox]:
    with Sandbox(environments["sandbox"], legacy=LEGACY) as started:
        yield started


def named(sandbox: Sandbox, resource: str, operation: str, key: str) -> dict[str, Any]:
    """Map the Name tag of each resource to its description."""
    described = getattr(sandbox.client(resource), operation)()[key]
    return {
        tag["Value"]: each
        for each in described
        for tag in each.get("Tags", [])
        if tag["Key"] == "Name"
    }


def leads_to_the_internet(sandbox: Sandbox, subnet: Any) -> bool:
    """Return whether a subnet has a route to an internet gateway, of its own or of its VPC."""
    tables = sandbox.client("ec2").describe_route_tables(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}]
    )["RouteTables"]
    own = [
        t for t in tables if any(a.get("SubnetId") == subnet["SubnetId"] for a in t["Associations"])
    ]
    main = [t for t in tables if any(a.get("Main") for a in t["Associations"])]
    routes = (own or main)[0]["Routes"]
    return any(route.get("GatewayId", "").startswith("igw-") for route in routes)


def test_instances_follow_the_main_route_table_and_services_one_of_their_own(
    sandbox: Sandbox,
) -> None:
    tables = sandbox.client("ec2").describe_route_tables()["RouteTables"]
    associated = {a.get("SubnetId") for table in tables for a in table["Associations"]}
    subnets = named(sandbox, "ec2", "describe_subnets", "Subnets")
    for group, has_own in (("ecs-cde", False), ("connector", True), ("public", True)):
        for zone in sandbox.environment.network.zones:
            subnet = subnets[names.subnet("sandbox", group, zone)]
            assert (subnet["SubnetId"] in associated) is has_own


@pytest.mark.parametrize("group", ["public", "ecs-cde", "ecs-general", *CATALOGUE])
def test_every_group_has_a_subnet_in_each_zone(sandbox: Sandbox, group: str) -> None:
    subnets = named(sandbox, "ec2", "describe_subnets", "Subnets")
    for zone in sandbox.environment.network.zones:
        subnet = subnets[names.subnet("sandbox", group, zone)]
        assert subnet["AvailabilityZone"] == zone
        assert not subnet["MapPublicIpOnLaunch"]
        assert leads_to_the_internet(sandbox, subnet) is (group == "public")


def test_tasks_are_reached_from_their_own_load_balancer_only(sandbox: Sandbox) -> None:
    groups = {
        group["GroupName"]: group
        for group in sandbox.client("ec2").describe_security_groups()["SecurityGroups"]
    }
    service = CATALOGUE["connector"]
    [rule] = groups[names.task_security_group("sandbox", "connector")]["IpPermissions"]
    source = groups[names.load_balancer_security_group("sandbox", "connector")]["GroupId"]
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [source]
    assert (rule["FromPort"], rule["ToPort"]) == (service.target_port, service.target_port)
    assert rule["IpRanges"] == []


def test_every_database_is_encrypted_private_and_survives_a_zone(sandbox: Sandbox) -> None:
    databases = sandbox.client("rds").describe_db_instances()["DBInstances"]
    assert {database["DBInstanceIdentifier"] for database in databases} == {
        names.database("sandbox", service.name, service.database.identifier_suffix)
        for service in CATALOGUE.values()
        if service.database
    }
    for database in databases:
        assert database["StorageEncrypted"]
        assert database["MultiAZ"]
        assert not database["PubliclyAccessible"]
        assert database["Endpoint"]["Port"] == 5432


def test_every_secret_has_a_key_of_its_own(sandbox: Sandbox) -> None:
    client = sandbox.client("secretsmanager")
    own = [names.secret("sandbox", service) for service in CATALOGUE]
    for name in (*own, names.shared_secret("sandbox", "api-tokens")):
        secret = client.describe_secret(SecretId=name)
        assert re.fullmatch(r"arn:aws:kms:eu-west-1:\d{12}:key/.+", secret["KmsKeyId"])


def test_a_shared_secret_has_the_shared_keys_and_no_other_secret_has_them(
    sandbox: Sandbox,
) -> None:
    def keys(name: str) -> set[str]:
        text = sandbox.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        return set(json.loads(text))

    assert keys(names.shared_secret("sandbox", "api-tokens")) == {"TOKEN_API_HMAC_SECRET"}
    assert "TOKEN_DB_BCRYPT_SALT" in keys(names.secret("sandbox", "publicauth"))
    for service in ("publicapi", "publicauth"):
        assert "TOKEN_API_HMAC_SECRET" not in keys(names.secret("sandbox", service))


def test_a_second_run_changes_nothing(sandbox: Sandbox) -> None:
    def count() -> dict[str, int]:
        ec2, ecs = sandbox.client("ec2"), sandbox.client("ecs")
        return {
            "subnets": len(ec2.describe_subnets()["Subnets"]),
            "gateways": len(ec2.describe_internet_gateways()["InternetGateways"]),
            "routes": sum(
                len(table["Routes"]) + len(table["Associations"])
                for table in ec2.describe_route_tables()["RouteTables"]
            ),
            "groups": len(ec2.describe_security_groups()["SecurityGroups"]),
            "instances": len(ec2.describe_instances()["Reservations"]),
            "databases": len(sandbox.client("rds").describe_db_instances()["DBInstances"]),
            "zones": len(sandbox.client("route53").list_hosted_zones()["HostedZones"]),
            "certificates": len(
                sandbox.client("acm").list_certificates()["CertificateSummaryList"]
            ),
            "keys": len(sandbox.client("kms").list_keys()["Keys"]),
            "revisions": len(ecs.list_task_definitions()["taskDefinitionArns"]),
            "balancers": len(sandbox.client("elbv2").describe_load_balancers()["LoadBalancers"]),
        }

    before = count()
    seed(sandbox.environment, sandbox.client, legacy=LEGACY)
    assert count() == before


@pytest.mark.parametrize("name", ["production-2", "test-perf-1"])
def test_other_environments_can_be_seeded(
    environments: Mapping[str, Environment], name: str
) -> None:
    with Sandbox(environments[name], neighbours=True) as sandbox:
        account = sandbox.client("sts").get_caller_identity()["Account"]
        assert account == environments[name].account_id
        vpcs = named(sandbox, "ec2", "describe_vpcs", "Vpcs")
        assert environments[name].network.vpc in vpcs


# The legacy estate


@pytest.mark.parametrize("service", LEGACY)
def test_a_legacy_service_runs_at_its_peak_and_answers(sandbox: Sandbox, service: str) -> None:
    running = sandbox.client("ecs").describe_services(
        cluster=names.cluster("sandbox", Side.EC2), services=[service]
    )["services"][0]
    peak = sandbox.environment.services[service].tasks.peak
    assert (running["launchType"], running["runningCount"]) == ("EC2", peak)
    elbv2 = sandbox.client("elbv2")
    [group] = elbv2.describe_target_groups(
        Names=[names.target_group("sandbox", service, Side.EC2)]
    )["TargetGroups"]
    health = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])
    states = [entry["TargetHealth"]["State"] for entry in health["TargetHealthDescriptions"]]
    assert states == ["healthy"] * peak


@pytest.mark.parametrize("service", LEGACY)
def test_a_legacy_service_has_one_simple_record_to_its_load_balancer(
    sandbox: Sandbox, service: str
) -> None:
    route53, elbv2 = sandbox.client("route53"), sandbox.client("elbv2")
    [balancer] = elbv2.describe_load_balancers(
        Names=[names.load_balancer("sandbox", service, Side.EC2)]
    )["LoadBalancers"]
    records = [
        record
        for zone in route53.list_hosted_zones()["HostedZones"]
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])[
            "ResourceRecordSets"
        ]
        if record.get("AliasTarget", {}).get("DNSName") == balancer["DNSName"] + "."
    ]
    assert len(records) == 1
    assert "SetIdentifier" not in records[0]
    assert "Weight" not in records[0]


def test_a_public_legacy_service_is_behind_the_web_acl_and_an_internal_one_is_not(
    sandbox: Sandbox,
) -> None:
    wafv2, elbv2 = sandbox.client("wafv2"), sandbox.client("elbv2")
    for service in LEGACY:
        [balancer] = elbv2.describe_load_balancers(
            Names=[names.load_balancer("sandbox", service, Side.EC2)]
        )["LoadBalancers"]
        acl = wafv2.get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"]).get("WebACL")
        is_public = balancer["Scheme"] == "internet-facing"
        assert (acl["Name"] if acl else None) == ("sandbox" if is_public else None)


def test_only_the_named_services_are_legacy(sandbox: Sandbox) -> None:
    cluster = names.cluster("sandbox", Side.EC2)
    arns = sandbox.client("ecs").list_services(cluster=cluster)["serviceArns"]
    assert sorted(arn.rpartition("/")[2] for arn in arns) == sorted(LEGACY)


# Mistakes

Finder = Callable[[Sandbox], bool]


def databases(sandbox: Sandbox) -> list[Any]:
    return list(sandbox.client("rds").describe_db_instances()["DBInstances"])


def subnets_of(sandbox: Sandbox, group: str) -> list[Any]:
    subnets = named(sandbox, "ec2", "describe_subnets", "Subnets")
    zones = sandbox.environment.network.zones
    return [subnets[names.subnet("sandbox", group, zone)] for zone in zones]


def connector_subnets(sandbox: Sandbox) -> list[Any]:
    return subnets_of(sandbox, "connector")


def group_names(sandbox: Sandbox) -> set[str]:
    groups = sandbox.client("ec2").describe_security_groups()["SecurityGroups"]
    return {group["GroupName"] for group in groups}


def parameter_names(sandbox: Sandbox) -> set[str]:
    path = names.parameter_path("sandbox", "connector").rstrip("/")
    pages = sandbox.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path)
    return {parameter["Name"] for page in pages for parameter in page["Parameters"]}


def squid_config(sandbox: Sandbox) -> str:
    """The text of egress's configuration; empty if there is no such parameter."""
    path = names.parameter_path("sandbox", "egress").rstrip("/")
    parameters = sandbox.client("ssm").get_parameters_by_path(Path=path)["Parameters"]
    return "".join(b64decode(parameter["Value"]).decode() for parameter in parameters)


FINDERS: dict[Mistake, Finder] = {
    Mistake.SUBNET_IN_OTHER_VPC: lambda s: len({n["VpcId"] for n in connector_subnets(s)}) == 2,
    Mistake.SINGLE_ZONE: lambda s: len({n["AvailabilityZone"] for n in connector_subnets(s)}) == 1,
    Mistake.PUBLIC_SUBNET: lambda s: leads_to_the_internet(s, connector_subnets(s)[0]),
    Mistake.PRIVATE_PUBLIC_SUBNET: lambda s: (
        not leads_to_the_internet(s, subnets_of(s, "public")[0])
    ),
    Mistake.SMALL_SUBNET: lambda s: connector_subnets(s)[0]["AvailableIpAddressCount"] == 11,
    Mistake.MISSING_SECURITY_GROUP: lambda s: (
        names.task_security_group("sandbox", "connector") not in group_names(s)
    ),
    Mistake.SMALL_DATABASE: lambda s: (
        {d["DBInstanceClass"] for d in databases(s)} == {"db.t4g.micro"}
    ),
    Mistake.UNENCRYPTED_DATABASE: lambda s: not any(d["StorageEncrypted"] for d in databases(s)),
    Mistake.PUBLIC_DATABASE: lambda s: all(d["PubliclyAccessible"] for d in databases(s)),
    Mistake.NOT_MULTI_AZ: lambda s: not any(d["MultiAZ"] for d in databases(s)),
    Mistake.WRONG_PORT: lambda s: {d["Endpoint"]["Port"] for d in databases(s)} == {5433},
    Mistake.SECRET_WITHOUT_OWN_KEY: lambda s: (
        "KmsKeyId"
        not in s.client("secretsmanager").describe_secret(
            SecretId=names.secret("sandbox", "connector")
        )
    ),
    Mistake.SECRET_WITH_KEY_ALIAS: lambda s: (
        ":alias/"
        in s.client("secretsmanager")
        .describe_secret(SecretId=names.secret("sandbox", "connector"))
        .get("KmsKeyId", "")
    ),
    Mistake.MISSING_PARAMETER: lambda s: (
        len(parameter_names(s)) == len(CATALOGUE["connector"].parameters) - 1
    ),
    Mistake.SQUID_CUTS_TUNNELS: lambda s: "shutdown_lifetime 30 seconds" in squid_config(s),
    Mistake.MISSING_WEB_ACL: lambda s: (
        s.environment.load_balancers.web_acl
        not in {a["Name"] for a in s.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]}
    ),
    Mistake.MISSING_CERTIFICATE: lambda s: (
        s.client("acm").list_certificates()["CertificateSummaryList"] == []
    ),
    Mistake.MISSING_ZONE: lambda s: s.client("route53").list_hosted_zones()["HostedZones"] == [],
}


def test_every_mistake_can_be_found() -> None:
    assert set(FINDERS) == set(Mistake)


def test_an_estate_without_mistakes_has_none(sandbox: Sandbox) -> None:
    assert [mistake for mistake, finds in FINDERS.items() if finds(sandbox)] == []


FIRST_ESTATE = {
    Mistake.SINGLE_ZONE,
    Mistake.SECRET_WITH_KEY_ALIAS,
    Mistake.SQUID_CUTS_TUNNELS,
}


@pytest.mark.parametrize(
    "mistakes",
    # A subnet in another VPC is also in another zone, and a secret has one key or none, so the two
    # mistakes of each pair need separate estates. So do a wrong parameter and a missing one.
    [FIRST_ESTATE, set(Mistake) - FIRST_ESTATE],
    ids=["first_estate", "all_others"],
)
def test_the_mistakes_that_were_asked_for_are_there_and_no_others(
    environments: Mapping[str, Environment], mistakes: set[Mistake]
) -> None:
    with Sandbox(environments["sandbox"], mistakes=mistakes) as wrong:
        assert {each for each, finds in FINDERS.items() if finds(wrong)} == mistakes
