"""How a new revision of a service is deployed, the same on both sides."""

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Side
from tests.support.synthesised import SideOf, Synthesised

SIDES = [(name, side) for name in CATALOGUE for side in Side]


@pytest.fixture(params=SIDES, ids=lambda side: "-".join(side))
def stack(request: pytest.FixtureRequest, side_of: SideOf) -> Synthesised:
    return side_of(*request.param)


def test_a_failed_deployment_is_rolled_back_and_fails_the_apply(stack: Synthesised) -> None:
    service = stack.resource("aws_ecs_service", "service")
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    assert service["wait_for_steady_state"] is True
    (postcondition,) = service["lifecycle"]["postcondition"]
    task = "aws_ecs_task_definition.task.arn"
    assert postcondition["condition"] == f"${{self.task_definition == {task}}}"
    assert "was rolled back" in postcondition["error_message"]


def test_a_deployment_never_has_fewer_healthy_tasks_than_wanted(stack: Synthesised) -> None:
    service = stack.resource("aws_ecs_service", "service")
    assert service["deployment_minimum_healthy_percent"] == 100
    assert service["deployment_maximum_percent"] == 200


def test_the_service_waits_for_its_listener_and_its_policies(stack: Synthesised) -> None:
    kinds = ("aws_lb_listener.", "aws_iam_role_policy.")
    needed = [address for address in stack.addresses if address.startswith(kinds)]
    assert sorted(stack.resource("aws_ecs_service", "service")["depends_on"]) == sorted(needed)


def test_ecs_exec_is_off(stack: Synthesised) -> None:
    assert "enable_execute_command" not in stack.resource("aws_ecs_service", "service")


@pytest.mark.parametrize(("name", "side"), SIDES)
def test_the_load_balancer_sends_to_the_container_that_takes_its_traffic(
    side_of: SideOf, name: str, side: Side
) -> None:
    (target,) = side_of(name, side).resource("aws_ecs_service", "service")["load_balancer"]
    assert target["container_name"] == CATALOGUE[name].target_container
    assert target["container_port"] == CATALOGUE[name].target_port
    assert target["target_group_arn"] == "${aws_lb_target_group.target_group.arn}"
