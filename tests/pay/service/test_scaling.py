"""Between which numbers of tasks a Fargate service scales."""

import pytest

from pay.model import Side, Stage
from tests.support.synthesised import SideOf, Synthesised

ALWAYS, PEAK = 9, 15
"""connector's tasks in production-2."""


def bounds(stack: Synthesised) -> tuple[int, int]:
    target = stack.resource("aws_appautoscaling_target", "scaling_target")
    return target["min_capacity"], target["max_capacity"]


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.is_in_flight])
def test_scaling_never_goes_below_the_peak_while_dns_failover_can_reach_it(
    side_of: SideOf, stage: Stage
) -> None:
    assert bounds(side_of("connector", Side.FARGATE, stage)) == (PEAK, 2 * PEAK)


@pytest.mark.parametrize("stage", [Stage.DETACHED, Stage.RETIRED])
def test_scaling_may_go_down_to_the_minimum_once_the_move_is_over(
    side_of: SideOf, stage: Stage
) -> None:
    assert bounds(side_of("connector", Side.FARGATE, stage)) == (ALWAYS, 2 * PEAK)


def test_scaling_waits_for_the_service_that_it_scales(side_of: SideOf) -> None:
    connector = side_of("connector", Side.FARGATE)
    target = connector.resource("aws_appautoscaling_target", "scaling_target")
    assert target["depends_on"] == ["aws_ecs_service.service"]
    assert target["resource_id"] == "service/production-2-fargate/connector"


def test_tasks_are_added_sooner_than_they_are_taken_away(side_of: SideOf) -> None:
    policy = side_of("connector", Side.FARGATE).resource(
        "aws_appautoscaling_policy", "scaling_policy"
    )
    tracking = policy["target_tracking_scaling_policy_configuration"]
    assert tracking["scale_out_cooldown"] < tracking["scale_in_cooldown"]
    assert tracking["target_value"] == 60
    assert tracking["predefined_metric_specification"] == {
        "predefined_metric_type": "ECSServiceAverageCPUUtilization"
    }


@pytest.mark.parametrize("name", ["egress", "webhooks-egress"])
def test_a_proxy_is_taken_away_once_an_hour_at_most(side_of: SideOf, name: str) -> None:
    policy = side_of(name, Side.FARGATE).resource("aws_appautoscaling_policy", "scaling_policy")
    tracking = policy["target_tracking_scaling_policy_configuration"]
    assert tracking["scale_in_cooldown"] == 3600
