"""What the Fargate side of a service renders."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Stage
from tests.stacks.conftest import AtStage
from tests.support.synthesised import Synthesised

Estate = Mapping[str, Synthesised]


@pytest.fixture
def connector(estate: Estate) -> Synthesised:
    return estate["test-12-connector-fargate"]


def test_tasks_have_their_own_network_and_no_public_address(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["launch_type"] == "FARGATE"
    assert service["network_configuration"]["assign_public_ip"] is False
    assert connector.resource("aws_ecs_task_definition", "task")["network_mode"] == "awsvpc"
    assert connector.resource("aws_lb_target_group", "target_group")["target_type"] == "ip"


def test_scaling_owns_the_count_so_terraform_ignores_it(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["lifecycle"]["ignore_changes"] == ["desired_count"]


@pytest.mark.parametrize(
    "stage", [Stage.DARK, Stage.READY, Stage.CANARY, Stage.CUTOVER, Stage.SOAK]
)
def test_scaling_never_goes_below_the_peak_while_dns_failover_can_reach_it(
    at_stage: AtStage, stage: Stage
) -> None:
    stack = at_stage("sandbox-ledger-fargate", "ledger", stage)
    assert stack.resource("aws_appautoscaling_target", "scaling_target")["min_capacity"] == 2


def test_scaling_may_go_down_to_the_minimum_once_the_move_is_over(at_stage: AtStage) -> None:
    stack = at_stage("sandbox-ledger-fargate", "ledger", Stage.DETACHED)
    assert stack.resource("aws_appautoscaling_target", "scaling_target")["min_capacity"] == 1


@pytest.mark.parametrize(
    ("stage", "value"), [(Stage.DARK, "false"), (Stage.READY, "true"), (Stage.RETIRED, "true")]
)
def test_messages_are_left_to_ec2_until_a_record_leads_here(
    at_stage: AtStage, stage: Stage, value: str
) -> None:
    stack = at_stage("sandbox-connector-fargate", "connector", stage)
    variables = stack.containers["connector"]["environment"]
    switches = {v["value"] for v in variables if v["name"] in CATALOGUE["connector"].work_switches}
    assert switches == {value}


def test_deletion_protection_begins_with_the_record(at_stage: AtStage) -> None:
    def protected(stage: Stage) -> bool:
        stack = at_stage("staging-2-ledger-fargate", "ledger", stage, environment="staging-2")
        return bool(stack.resource("aws_lb", "alb")["enable_deletion_protection"])

    assert not protected(Stage.DARK)
    assert protected(Stage.READY)
    assert protected(Stage.RETIRED)


def test_renders_nothing_at_legacy(at_stage: AtStage) -> None:
    assert at_stage("sandbox-ledger-fargate", "ledger", Stage.LEGACY).addresses == []


def test_scaling_waits_for_the_service_that_it_scales(connector: Synthesised) -> None:
    target = connector.resource("aws_appautoscaling_target", "scaling_target")
    assert target["depends_on"] == ["aws_ecs_service.service"]
    assert target["resource_id"] == "service/test-12-fargate/connector"


def test_a_proxy_stands_behind_a_network_load_balancer(estate: Estate) -> None:
    stack = estate["production-2-egress-ec2"]
    assert stack.resource("aws_lb", "alb")["load_balancer_type"] == "network"
    assert stack.resource("aws_lb_target_group", "target_group")["protocol"] == "TCP"
    assert stack.resource("aws_lb_listener", "tcp")["port"] == 8080
    # One that keeps the client's address cannot send it back to the instance that it came from.
    assert stack.resource("aws_lb_target_group", "target_group")["preserve_client_ip"] == "false"
    assert "aws_cloudwatch_metric_alarm.errors_alarm" not in stack.addresses
    assert "aws_cloudwatch_metric_alarm.resets_alarm" in stack.addresses
