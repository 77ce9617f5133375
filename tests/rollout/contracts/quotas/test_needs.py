"""What the moves need follows from the stages and the tasks."""

from collections.abc import Mapping

import pytest

from pay.model import Environment, LoadBalancerType, Stage, TaskCount, TaskSize
from rollout.contracts.quotas import needs


def at(
    environment: Environment,
    stage: Stage,
    service: str = "connector",
    size: TaskSize | None = None,
) -> list[Environment]:
    """Return the environment with one service, at this stage, of two tasks at its peak."""
    tasks = TaskCount(min=1, peak=2)
    old = environment.services[service]
    deployment = old.model_copy(update={"stage": stage, "tasks": tasks, "size": size})
    return [environment.model_copy(update={"services": {service: deployment}})]


@pytest.fixture
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["test-12"]


@pytest.mark.parametrize("stage", [Stage.LEGACY, Stage.HALF, Stage.DETACHED])
def test_both_sides_are_needed_until_a_service_is_retired(
    environment: Environment, stage: Stage
) -> None:
    both = {"test-12-connector-alb", "test-12-connector-fg-alb"}
    assert needs.load_balancers(at(environment, stage), LoadBalancerType.APPLICATION) == both
    retired = at(environment, Stage.RETIRED)
    fargate = {"test-12-connector-fg-alb"}
    assert needs.load_balancers(retired, LoadBalancerType.APPLICATION) == fargate
    assert needs.target_groups(retired) == {"test-12-connector-fg-tg"}


def test_a_forward_proxy_needs_a_network_load_balancer(environment: Environment) -> None:
    egress = at(environment, Stage.LEGACY, "egress")
    assert needs.load_balancers(egress, LoadBalancerType.APPLICATION) == set()
    assert len(needs.load_balancers(egress, LoadBalancerType.NETWORK)) == 2


def test_roles_are_those_of_tasks_and_of_instances(environment: Environment) -> None:
    assert needs.roles(at(environment, Stage.RETIRED)) == {
        "test-12-connector-fargate-task",
        "test-12-connector-fargate-execution",
        "test-12-ec2-cde-instance",
        "test-12-ec2-general-instance",
    }


def test_vcpus_are_those_of_a_deployment_while_scaled_out(environment: Environment) -> None:
    small = at(environment, Stage.DARK, size=TaskSize(cpu=256, memory_mib=512))
    # A peak of 2, scaled out to 4, with as many beside them during a deployment.
    assert needs.fargate_vcpus(small) == {("test-12-fargate", "connector"): 8 * 0.25}


@pytest.mark.parametrize(
    ("stage", "added"), [(Stage.LEGACY, 1), (Stage.HALF, 0), (Stage.DETACHED, 0)]
)
def test_a_second_record_is_added_once(environment: Environment, stage: Stage, added: int) -> None:
    zone = environment.dns.internal_zone, False
    assert needs.new_records(at(environment, stage)) == {zone: added}


def test_environments_with_one_zone_count_together(environment: Environment) -> None:
    twice = at(environment, Stage.LEGACY) * 2
    assert needs.new_records(twice) == {(environment.dns.internal_zone, False): 2}


def test_a_load_balancer_admits_the_tasks_of_all_its_callers(environment: Environment) -> None:
    groups = needs.callers_groups(environment)
    assert groups["test-12-ledger-alb-sg"] >= {"test-12-connector-sg", "test-12-webhooks-sg"}
    assert groups["test-12-frontend-alb-sg"] == set()
