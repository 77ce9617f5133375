"""What the Fargate side of a service renders."""

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Side, Stage
from tests.support.synthesised import SideOf, Synthesised


@pytest.fixture
def connector(side_of: SideOf) -> Synthesised:
    return side_of("connector", Side.FARGATE)


def test_tasks_have_their_own_network_and_no_public_address(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["launch_type"] == "FARGATE"
    assert service["network_configuration"] == {
        "assign_public_ip": False,
        "security_groups": "${data.aws_security_groups.task_security_groups.ids}",
        "subnets": "${data.aws_subnets.connector_subnets.ids}",
    }
    assert connector.resource("aws_ecs_task_definition", "task")["network_mode"] == "awsvpc"
    assert connector.resource("aws_lb_target_group", "target_group")["target_type"] == "ip"


def test_tasks_of_a_public_service_stay_in_its_private_subnets(side_of: SideOf) -> None:
    frontend = side_of("frontend", Side.FARGATE)
    service = frontend.resource("aws_ecs_service", "service")
    assert service["network_configuration"]["subnets"] == "${data.aws_subnets.frontend_subnets.ids}"
    assert frontend.resource("aws_lb", "alb")["subnets"] == "${data.aws_subnets.public_subnets.ids}"


def test_nothing_places_tasks_on_instances(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert not {"placement_constraints", "ordered_placement_strategy"} & set(service)


def test_scaling_owns_the_count_so_terraform_ignores_it(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["lifecycle"]["ignore_changes"] == ["desired_count"]


def test_sidecars_reach_the_application_on_the_tasks_own_address(connector: Synthesised) -> None:
    nginx = connector.containers["nginx"]
    assert "links" not in nginx
    variables = {pair["name"]: pair["value"] for pair in nginx["environment"]}
    assert variables["PROXY_SERVICE_HOST"] == "http://127.0.0.1"


@pytest.mark.parametrize(
    ("stage", "value"), [(Stage.DARK, "false"), (Stage.READY, "true"), (Stage.RETIRED, "true")]
)
def test_messages_are_left_to_ec2_until_a_record_leads_here(
    side_of: SideOf, stage: Stage, value: str
) -> None:
    variables = side_of("connector", Side.FARGATE, stage).containers["connector"]["environment"]
    switches = {v["value"] for v in variables if v["name"] in CATALOGUE["connector"].work_switches}
    assert switches == {value}
