"""What the EC2 side of a service renders."""

import pytest

from pay.model import Side, Stage
from tests.support.synthesised import SideOf, Synthesised


@pytest.fixture
def connector(side_of: SideOf) -> Synthesised:
    return side_of("connector", Side.EC2)


def test_tasks_share_their_instances_network_under_dynamic_ports(connector: Synthesised) -> None:
    assert connector.resource("aws_ecs_task_definition", "task")["network_mode"] == "bridge"
    assert connector.resource("aws_lb_target_group", "target_group")["target_type"] == "instance"
    assert "network_configuration" not in connector.resource("aws_ecs_service", "service")
    assert connector.containers["nginx"]["portMappings"] == [{"containerPort": 10443}]


def test_the_launch_type_is_the_one_that_runs_and_no_strategy_replaces_it(
    connector: Synthesised,
) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["launch_type"] == "EC2"
    assert "capacity_provider_strategy" not in service
    assert "platform_version" not in service


def test_tasks_are_spread_over_zones_before_they_are_packed(connector: Synthesised) -> None:
    strategy = connector.resource("aws_ecs_service", "service")["ordered_placement_strategy"]
    assert [(each["type"], each["field"]) for each in strategy] == [
        ("spread", "attribute:ecs.availability-zone"),
        ("binpack", "memory"),
    ]


def test_the_count_is_the_daily_peak_and_nothing_scales_it_in(connector: Synthesised) -> None:
    service = connector.resource("aws_ecs_service", "service")
    assert service["desired_count"] == 15
    assert "ignore_changes" not in service["lifecycle"]
    assert not [a for a in connector.addresses if a.startswith("aws_appautoscaling")]


def test_the_count_does_not_change_while_the_record_can_still_be_reached(side_of: SideOf) -> None:
    counts = {
        side_of("ledger", Side.EC2, stage).resource("aws_ecs_service", "service")["desired_count"]
        for stage in Stage
        if stage.has_ec2
    }
    assert len(counts) == 1


@pytest.mark.parametrize(("name", "segment"), [("connector", "cde"), ("products", "general")])
def test_cardholder_data_services_run_on_instances_of_their_own(
    side_of: SideOf, name: str, segment: str
) -> None:
    service = side_of(name, Side.EC2).resource("aws_ecs_service", "service")
    (constraint,) = service["placement_constraints"]
    assert constraint["expression"] == f"attribute:segment == {segment}"


def test_sidecars_reach_the_application_by_its_docker_link(connector: Synthesised) -> None:
    nginx = connector.containers["nginx"]
    assert nginx["links"] == ["connector"]
    variables = {pair["name"]: pair["value"] for pair in nginx["environment"]}
    assert variables["PROXY_SERVICE_HOST"] == "http://connector"
