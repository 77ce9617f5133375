"""What an EC2 instance of the legacy cluster may do."""

from collections.abc import Mapping

import pytest

from pay.model import Environment, Segment
from pay.platform.profile import instance_profile
from tests.support.synthesised import Synthesised, rendered

CLUSTER = "arn:aws:ecs:eu-west-1:111111111111:cluster/production-2-ec2"


@pytest.fixture
def stack(environments: Mapping[str, Environment]) -> Synthesised:
    environment = environments["production-2"]
    return rendered(lambda stack: instance_profile(stack, Segment.CDE, environment=environment))


def test_instances_may_register_with_their_own_cluster_only(stack: Synthesised) -> None:
    assert stack.policy("cde_instance_policy")["RegisterWithCluster"]["Resource"] == [CLUSTER]


def test_the_agent_polls_for_its_own_cluster_only(stack: Synthesised) -> None:
    statement = stack.policy("cde_instance_policy")["RunAgent"]
    assert statement["Resource"] == ["*"]
    assert statement["Condition"] == {"ArnEquals": {"ecs:cluster": CLUSTER}}


def test_instances_can_neither_read_secrets_nor_pull_images(stack: Synthesised) -> None:
    actions = [
        action
        for statement in stack.policy("cde_instance_policy").values()
        for action in statement["Action"]
    ]
    assert {action.partition(":")[0] for action in actions} == {"ecs"}
