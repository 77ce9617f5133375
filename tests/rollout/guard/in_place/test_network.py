"""Into which subnets a resource may reach."""

from collections.abc import Mapping
from typing import Any

import pytest

from pay.model import Side, Stage
from pay.model.addresses import subnet_lookups
from pay.model.stacks import side_stack
from tests.rollout.guard.conftest import Judge
from tests.support.plans import EC2, ENVIRONMENT, FARGATE, PLATFORM, SERVICE, Json, change, plan

BALANCER, ECS, GROUP = "aws_lb.alb", "aws_ecs_service.service", "aws_autoscaling_group.cde"
PUBLIC = side_stack(ENVIRONMENT, "frontend", Side.EC2)
A, B, C = (f"eu-west-1{letter}" for letter in "abc")


def looked_up(group: str, zones: Mapping[str, str]) -> Json:
    """The state that holds the subnets which the plan found for a group."""
    address = subnet_lookups(group).each
    resources = [
        {
            "address": f'{address}["{id}"]',
            "mode": "data",
            "type": "aws_subnet",
            "values": {"id": id, "availability_zone": zone},
        }
        for id, zone in zones.items()
    ]
    return {"values": {"root_module": {"resources": resources}}}


FOUND = looked_up(SERVICE, {"subnet-a": A, "subnet-b": B, "subnet-c": C, "subnet-b2": B})


def into(address: str, before: list[str], after: list[str], **more: Any) -> Json:
    def values(ids: list[str]) -> Json:
        if address == ECS:
            return {"network_configuration": [{"subnets": ids}]}
        name = "vpc_zone_identifier" if address == GROUP else "subnets"
        return {"name": "sandbox-ec2-cde", name: ids}

    return change(address, values(before), values(after), actions=["update"], **more)


def count(refused: Judge, stack: str, entry: Json, state: Json) -> int:
    return len(refused(plan(stack, entry, prior_state=state), stage=Stage.HALF))


@pytest.mark.parametrize("address", [BALANCER, ECS])
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["subnet-a"], ["subnet-b", "subnet-a"], 0),
        (["subnet-a", "subnet-b"], ["subnet-b", "subnet-a"], 0),
        (["subnet-a"], ["subnet-a", "subnet-stranger"], 1),
        (["subnet-a", "subnet-b"], ["subnet-a", "subnet-b", "subnet-b2"], 1),
        (["subnet-a"], ["subnet-a", "subnet-b", "subnet-b2"], 1),
        (["subnet-a", "subnet-b"], ["subnet-a", "subnet-c"], 1),
        (["subnet-a"], [], 1),
    ],
)
def test_reaches_one_more_zone_of_the_environment_and_no_other_subnet(
    refused: Judge, address: str, before: list[str], after: list[str], expected: int
) -> None:
    assert count(refused, FARGATE, into(address, before, after), FOUND) == expected


def test_refuses_a_zone_that_the_file_does_not_name(refused: Judge) -> None:
    elsewhere = looked_up(SERVICE, {"subnet-a": A, "subnet-f": "eu-west-1f"})
    entry = into(BALANCER, ["subnet-a"], ["subnet-a", "subnet-f"])
    assert count(refused, EC2, entry, elsewhere) == 1


@pytest.mark.parametrize(
    ("stack", "address", "group", "expected"),
    [
        (EC2, BALANCER, "public", 1),
        (EC2, BALANCER, "ledger", 1),
        (EC2, BALANCER, SERVICE, 0),
        (PUBLIC, BALANCER, "public", 0),
        (PUBLIC, BALANCER, "frontend", 1),
        (PUBLIC, ECS, "frontend", 0),
        (PUBLIC, ECS, "public", 1),
        (PLATFORM, GROUP, "ecs-cde", 0),
        (PLATFORM, GROUP, "ecs-general", 1),
        (PLATFORM, BALANCER, "public", 1),
    ],
)
def test_reaches_only_into_subnets_of_its_own_group(
    refused: Judge, stack: str, address: str, group: str, expected: int
) -> None:
    state = looked_up(group, {"subnet-a": A, "subnet-b": B})
    entry = into(address, ["subnet-a"], ["subnet-a", "subnet-b"])
    assert count(refused, stack, entry, state) == expected
