"""The most that a service may use at once follows from its tasks, its stage and the zones."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage, TaskCount
from pay.model.demand import addresses_a_subnet, tasks_of_both_sides
from pay.model.side import ServiceSide


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    """Three zones."""
    return environments["production-2"]


def side_of(
    environment: Environment, service: str, stage: Stage, side: Side = Side.FARGATE
) -> ServiceSide:
    """Return a side of a service whose peak are 5 tasks."""
    deployment = environment.services[service].model_copy(
        update={"stage": stage, "tasks": TaskCount(min=1, peak=5)}
    )
    moved = environment.model_copy(update={"services": {service: deployment}})
    return ServiceSide(CATALOGUE[service], moved, side)


def test_fargate_deploys_while_scaled_out_and_ec2_at_its_fixed_count(
    environment: Environment,
) -> None:
    both = [side_of(environment, "ledger", Stage.HALF, side) for side in (Side.EC2, Side.FARGATE)]
    assert [side.most_tasks for side in both] == [10, 20]


@pytest.mark.parametrize(
    ("stage", "tasks"),
    [(Stage.DARK, 30), (Stage.SOAK, 30), (Stage.DETACHED, 30), (Stage.RETIRED, 20)],
)
def test_both_sides_have_tasks_until_a_service_is_retired(
    environment: Environment, stage: Stage, tasks: int
) -> None:
    assert tasks_of_both_sides(side_of(environment, "ledger", stage)) == tasks


@pytest.mark.parametrize(
    ("service", "stage", "addresses"),
    [
        # 20 tasks in two of the three zones; 8 addresses for each Application Load Balancer.
        ("ledger", Stage.DARK, 10 + 2 * 8),
        ("ledger", Stage.RETIRED, 10 + 8),
        # A public load balancer is in the public subnets.
        ("frontend", Stage.DARK, 10),
        # A Network Load Balancer has one address in each.
        ("egress", Stage.DARK, 10 + 2),
    ],
)
def test_the_zones_that_are_left_hold_all_tasks_and_load_balancers(
    environment: Environment, service: str, stage: Stage, addresses: int
) -> None:
    assert addresses_a_subnet(side_of(environment, service, stage)) == {service: addresses}


def test_tasks_on_ec2_use_the_addresses_of_their_instances(environment: Environment) -> None:
    assert addresses_a_subnet(side_of(environment, "ledger", Stage.HALF, Side.EC2)) == {}
