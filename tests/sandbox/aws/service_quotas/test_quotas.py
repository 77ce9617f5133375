"""Quotas: what Service Quotas answers, and what AWS refuses beyond them."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.service_quotas import quotas
from tests.sandbox.aws.balanced import BalancedService
from tests.sandbox.conftest import VCPUS

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]

NETWORK = quotas.LOAD_BALANCERS["network"]


@pytest.fixture
def fargate(client: Client, unique: str, subnets: list[str]) -> BalancedService:
    service = BalancedService(client, unique, subnets, "ip")
    service.listen()
    return service


def test_a_quota_that_was_raised_has_an_applied_value(client: Client) -> None:
    codes = {"ServiceCode": "fargate", "QuotaCode": quotas.FARGATE_VCPUS}
    applied = client("service-quotas").get_service_quota(**codes)["Quota"]
    assert (applied["Value"], applied["Adjustable"]) == (VCPUS, True)


def test_another_quota_has_only_a_default(client: Client) -> None:
    codes = {"ServiceCode": "elasticloadbalancing", "QuotaCode": NETWORK}
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        client("service-quotas").get_service_quota(**codes)
    default = client("service-quotas").get_aws_default_service_quota(**codes)["Quota"]
    assert default["Value"] == 50


def test_a_quota_of_another_service_is_unknown(client: Client) -> None:
    codes = {"ServiceCode": "vpc", "QuotaCode": NETWORK}
    with pytest.raises(ClientError, match="NoSuchResourceException"):
        client("service-quotas").get_aws_default_service_quota(**codes)


def test_load_balancers_beyond_the_quota_are_refused(
    client: Client, unique: str, subnets: list[str]
) -> None:
    elbv2 = client("elbv2")

    def create(number: int) -> str:
        name = f"{unique}-{number}"
        answer = elbv2.create_load_balancer(Name=name, Subnets=subnets, Type="network")
        return str(answer["LoadBalancers"][0]["LoadBalancerArn"])

    there = elbv2.describe_load_balancers()["LoadBalancers"]
    own = [create(number) for number in range(50 - sum(b["Type"] == "network" for b in there))]
    with pytest.raises(ClientError, match="TooManyLoadBalancers"):
        create(50)
    for arn in own:
        elbv2.delete_load_balancer(LoadBalancerArn=arn)


def test_tasks_beyond_the_quota_of_vcpus_do_not_start(fargate: BalancedService) -> None:
    fargate.create(count=0)
    large = fargate.ecs.register_task_definition(
        family=fargate.name,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="16384",
        memory="32768",
        containerDefinitions=[
            {"name": "app", "image": "app:1", "portMappings": [{"containerPort": 8080}]}
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    fargate.update(taskDefinition=large, desiredCount=VCPUS // 16 + 1)
    described = fargate.described
    assert 0 < described["runningCount"] < described["desiredCount"]
    assert "limit on the number of vCPUs" in described["events"][0]["message"]
    fargate.update(desiredCount=0)


def test_tasks_beyond_the_addresses_of_their_subnets_do_not_start(
    client: Client, unique: str, vpc_id: str
) -> None:
    subnets = [
        client("ec2").create_subnet(
            VpcId=vpc_id, CidrBlock=block, AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for block, zone in (("10.0.250.0/28", "a"), ("10.0.250.16/28", "b"))
    ]
    service = BalancedService(client, unique, subnets, "ip")
    service.listen()
    service.create(count=23)
    assert service.described["runningCount"] == 22
    message = service.described["events"][0]["message"]
    assert "does not have enough free addresses" in message
    service.update(desiredCount=0)


def test_a_zone_answers_its_limit_and_its_records(client: Client, unique: str) -> None:
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name=f"{unique}.example", CallerReference=unique)
    zone_id = zone["HostedZone"]["Id"].rsplit("/", 1)[-1]
    answer = route53.get_hosted_zone_limit(HostedZoneId=zone_id, Type="MAX_RRSETS_BY_ZONE")
    assert answer["Limit"] == {"Type": "MAX_RRSETS_BY_ZONE", "Value": 10_000}
    assert answer["Count"] == 2


def test_tasks_are_listed_by_launch_type(fargate: BalancedService) -> None:
    fargate.create(count=1)
    listed = {
        kind: fargate.ecs.list_tasks(cluster=fargate.name, launchType=kind)["taskArns"]
        for kind in ("FARGATE", "EC2")
    }
    assert {kind: len(arns) for kind, arns in listed.items()} == {"FARGATE": 1, "EC2": 0}
