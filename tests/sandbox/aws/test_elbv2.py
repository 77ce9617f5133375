"""Load balancers through boto3: moto's mistakes that Terraform or the moves would notice."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .balanced import PORT, BalancedService

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
