"""Where the containers of a side log to."""

import pytest

from pay.model import Side, Stage
from tests.support.synthesised import SideOf


@pytest.mark.parametrize("side", Side)
def test_both_sides_log_to_the_groups_of_the_service_in_streams_of_their_own(
    side_of: SideOf, side: Side
) -> None:
    stack = side_of("connector", side)
    options = {
        name: container["logConfiguration"]["options"]
        for name, container in stack.containers.items()
    }
    assert {name: each["awslogs-group"] for name, each in options.items()} == {
        "connector": "production-2_app_connector",
        "nginx": "production-2_nginx-reverse-proxy_connector",
        "adot": "production-2_adot_connector",
    }
    assert {each["awslogs-stream-prefix"] for each in options.values()} == {side.value}


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("side", Side)
def test_a_side_holds_no_log_group_so_that_it_can_come_back(
    side_of: SideOf, side: Side, stage: Stage
) -> None:
    stack = side_of("connector", side, stage)
    assert "aws_cloudwatch_log_group" not in stack.document.get("resource", {})
