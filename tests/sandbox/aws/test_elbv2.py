"""Load balancers through boto3: moto's mistakes that Terraform or the moves would notice."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lab.estate import EstateState
from pay.iam.document import Statement, policy_document
from sandbox.server.process import Server
from tests.sandbox.aws.balanced import PORT, BalancedService

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]


@pytest.fixture
def balanced(client: Client, unique: str, subnets: list[str]) -> BalancedService:
    return BalancedService(client, unique, subnets, "ip")


def test_targets_of_a_group_without_a_listener_are_unused(balanced: BalancedService) -> None:
    target = {"Id": "10.0.0.9", "Port": PORT}
    balanced.elbv2.register_targets(TargetGroupArn=balanced.group_arn, Targets=[target])
    assert balanced.health == ["unused"]
    balanced.listen()
    assert balanced.health == ["healthy"]


def test_a_group_knows_no_load_balancer_once_the_listener_is_gone(
    balanced: BalancedService,
) -> None:
    listener = balanced.listen()
    balanced.elbv2.delete_listener(ListenerArn=listener)
    answer = balanced.elbv2.describe_target_groups(TargetGroupArns=[balanced.group_arn])
    assert not answer["TargetGroups"][0].get("LoadBalancerArns")


def test_refuses_a_second_listener_on_a_port(balanced: BalancedService) -> None:
    balanced.listen()
    with pytest.raises(ClientError, match="DuplicateListener"):
        balanced.listen()


def test_refuses_to_delete_a_protected_load_balancer(balanced: BalancedService) -> None:
    protection = {"Key": "deletion_protection.enabled", "Value": "true"}
    balanced.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=balanced.balancer_arn, Attributes=[protection]
    )
    with pytest.raises(ClientError, match="deletion protection is enabled"):
        balanced.elbv2.delete_load_balancer(LoadBalancerArn=balanced.balancer_arn)


def test_refuses_access_logs_outside_of_the_prefix_that_the_bucket_lets_in(
    balanced: BalancedService, client: Client, unique: str
) -> None:
    s3, account = client("s3"), client("sts").get_caller_identity()["Account"]
    location = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket=unique, CreateBucketConfiguration=location)
    lets_in = Statement(
        "LoadBalancersLog",
        ["s3:PutObject"],
        [f"arn:aws:s3:::{unique}/alb/AWSLogs/{account}/*"],
        {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    )

    def log_below(prefix: str) -> None:
        logs = {"enabled": "true", "bucket": unique, "prefix": prefix}
        balanced.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=balanced.balancer_arn,
            Attributes=[{"Key": f"access_logs.s3.{k}", "Value": v} for k, v in logs.items()],
        )

    with pytest.raises(ClientError, match=f"Access Denied for bucket: {unique}"):
        log_below("alb")
    s3.put_bucket_policy(Bucket=unique, Policy=policy_document(lets_in))
    for outside in ("", "connector-fg-alb"):
        with pytest.raises(ClientError, match=f"Access Denied for bucket: {unique}"):
            log_below(outside)
    log_below("alb")


def test_the_same_load_balancer_twice_is_one(
    balanced: BalancedService, unique: str, subnets: list[str]
) -> None:
    again = balanced.elbv2.create_load_balancer(Name=unique, Subnets=subnets, Scheme="internal")
    assert again["LoadBalancers"][0]["LoadBalancerArn"] == balanced.balancer_arn


def test_refuses_the_name_of_a_load_balancer_with_other_settings(
    balanced: BalancedService, unique: str, subnets: list[str]
) -> None:
    with pytest.raises(ClientError, match="DuplicateLoadBalancerName"):
        balanced.elbv2.create_load_balancer(Name=unique, Subnets=subnets, Scheme="internet-facing")


@pytest.mark.parametrize(
    ("kind", "path", "zone", "name"),
    [
        ("application", "loadbalancer/app/", "Z32O12XQLNTSW2", ".eu-west-1.elb.amazonaws.com"),
        ("network", "loadbalancer/net/", "Z2IFOLAFXWLO4F", ".elb.eu-west-1.amazonaws.com"),
    ],
)
def test_each_kind_has_its_own_arn_zone_and_name(
    client: Client, unique: str, subnets: list[str], kind: str, path: str, zone: str, name: str
) -> None:
    answer = client("elbv2").create_load_balancer(Name=unique, Subnets=subnets, Type=kind)
    balancer = answer["LoadBalancers"][0]
    assert path in balancer["LoadBalancerArn"]
    assert balancer["CanonicalHostedZoneId"] == zone
    assert balancer["DNSName"].endswith(name)


def test_a_network_load_balancer_made_without_security_groups_never_gets_any(
    client: Client, unique: str, subnets: list[str], vpc_id: str
) -> None:
    elbv2 = client("elbv2")
    group = client("ec2").create_security_group(GroupName=unique, Description="-", VpcId=vpc_id)
    groups = [group["GroupId"]]
    without, one = (
        elbv2.create_load_balancer(Name=name, Subnets=subnets, Type="network", **settings)[
            "LoadBalancers"
        ][0]["LoadBalancerArn"]
        for name, settings in ((unique, {}), (f"{unique}-sg", {"SecurityGroups": groups}))
    )
    with pytest.raises(ClientError, match="created without any security groups"):
        elbv2.set_security_groups(LoadBalancerArn=without, SecurityGroups=groups)
    elbv2.set_security_groups(LoadBalancerArn=one, SecurityGroups=groups)


def test_a_target_group_in_use_cannot_be_deleted(balanced: BalancedService) -> None:
    balanced.listen()
    with pytest.raises(ClientError, match="ResourceInUse"):
        balanced.elbv2.delete_target_group(TargetGroupArn=balanced.group_arn)


DNS_COUNT = "target_group_health.dns_failover.minimum_healthy_targets.count"
DNS_SHARE = "target_group_health.dns_failover.minimum_healthy_targets.percentage"
ROUTING_COUNT = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"


def ask(balanced: BalancedService, attributes: dict[str, str]) -> None:
    balanced.elbv2.modify_target_group_attributes(
        TargetGroupArn=balanced.group_arn,
        Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()],
    )


def asked(balanced: BalancedService) -> dict[str, str]:
    answer = balanced.elbv2.describe_target_group_attributes(TargetGroupArn=balanced.group_arn)
    return {each["Key"]: each["Value"] for each in answer["Attributes"]}


def test_keeps_how_many_healthy_targets_dns_asks_for(balanced: BalancedService) -> None:
    assert [asked(balanced)[key] for key in (DNS_COUNT, DNS_SHARE)] == ["1", "off"]
    ask(balanced, {DNS_COUNT: "8"})
    assert asked(balanced)[DNS_COUNT] == "8"


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({DNS_COUNT: "0"}, "must be 'off' or between 1-1000"),
        ({DNS_COUNT: "half"}, "must be 'off' or between 1-1000"),
        ({DNS_SHARE: "101"}, "must be 'off' or between 1-100"),
        ({ROUTING_COUNT: "off"}, "must be between 1-1000"),
        ({ROUTING_COUNT: "2"}, "must be greater than or equal to"),
        ({ROUTING_COUNT: "9", DNS_COUNT: "8"}, "must be greater than or equal to"),
    ],
)
def test_refuses_thresholds_of_health_that_aws_does_not_offer(
    balanced: BalancedService, attributes: dict[str, str], message: str
) -> None:
    before = asked(balanced)
    with pytest.raises(ClientError, match=message):
        ask(balanced, attributes)
    assert asked(balanced) == before


def test_a_load_balancer_with_fewer_healthy_targets_than_dns_asks_for_is_sick(
    balanced: BalancedService, server: Server, unique: str
) -> None:
    balanced.listen()
    ask(balanced, {DNS_COUNT: "2"})

    def is_healthy_with(*addresses: str) -> bool:
        balanced.elbv2.register_targets(
            TargetGroupArn=balanced.group_arn,
            Targets=[{"Id": address, "Port": PORT} for address in addresses],
        )
        state = EstateState.parse(server.administer("traffic?after=0")[-1])
        found = state.balancer(unique)
        assert found is not None
        return found.is_healthy

    # The server records states from the first question on.
    server.administer("traffic?after=0")
    assert not is_healthy_with("10.0.0.9")
    assert is_healthy_with("10.0.0.10")
