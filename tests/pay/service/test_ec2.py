"""What the EC2 side of a service renders."""

from collections.abc import Mapping

import pytest

from pay.model import Stage
from tests.stacks.conftest import AtStage
from tests.support.synthesised import Synthesised

Estate = Mapping[str, Synthesised]


@pytest.fixture
def connector(estate: Estate) -> Synthesised:
    return estate["production-2-connector-ec2"]


def test_tasks_share_their_instances_network_under_dynamic_ports(connector: Synthesised) -> None:
    assert connector.resource("aws_ecs_task_definition", "task")["network_mode"] == "bridge"
    assert connector.resource("aws_lb_target_group", "target_group")["target_type"] == "instance"
    assert "network_configuration" not in connector.resource("aws_ecs_service", "service")
    assert connector.containers["nginx"]["portMappings"] == [{"containerPort": 10443}]


def test_the_count_is_the_daily_peak_and_nothing_scales_it_in(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["desired_count"] == 15
    assert "ignore_changes" not in service["lifecycle"]
    assert not [a for a in connector.addresses if a.startswith("aws_appautoscaling")]


def test_the_count_does_not_change_while_the_record_can_still_be_reached(at_stage: AtStage) -> None:
    counts = {
        at_stage("sandbox-ledger-ec2", "ledger", stage).resource("aws_ecs_service", "service")[
            "desired_count"
        ]
        for stage in Stage
        if stage is not Stage.RETIRED
    }
    assert len(counts) == 1


def test_cardholder_data_services_run_on_instances_of_their_own(estate: Estate) -> None:
    def segment(service: str) -> str:
        rendered = estate[f"production-2-{service}-ec2"].resource("aws_ecs_service", "service")
        return str(rendered["placement_constraints"][0]["expression"])

    assert segment("connector") == "attribute:segment == cde"
    assert segment("products") == "attribute:segment == general"


def test_sidecars_reach_the_application_by_its_docker_link(connector: Synthesised) -> None:
    nginx = connector.containers["nginx"]
    assert nginx["links"] == ["connector"]
    variables = {pair["name"]: pair["value"] for pair in nginx["environment"]}
    assert variables["PROXY_SERVICE_HOST"] == "http://connector"


def test_renders_nothing_at_retired(at_stage: AtStage) -> None:
    assert at_stage("sandbox-ledger-ec2", "ledger", Stage.RETIRED).addresses == []


def test_deletion_protection_ends_only_when_the_records_are_gone(
    at_stage: AtStage,
) -> None:
    def protected(stage: Stage) -> bool:
        stack = at_stage("staging-2-ledger-ec2", "ledger", stage, environment="staging-2")
        return bool(stack.resource("aws_lb", "alb")["enable_deletion_protection"])

    assert protected(Stage.LEGACY)
    assert protected(Stage.SOAK)
    assert not protected(Stage.DETACHED)
