"""An ECS cluster, and what would record a session in a container."""

from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.model import Environment, Side
from pay.platform.clusters import ecs_cluster
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture(params=Side)
def side(request: pytest.FixtureRequest) -> Side:
    return Side(request.param)


@pytest.fixture
def stack(environments: Mapping[str, Environment], side: Side) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        ecs_cluster(stack, side, environment=environments["production-2"], key=KmsKey(stack, "key"))

    return rendered(build)


def test_the_cluster_of_a_side_has_its_name_and_its_metrics(stack: Synthesised, side: Side) -> None:
    cluster = stack.resource("aws_ecs_cluster", f"{side}_cluster")
    assert cluster["name"] == f"production-2-{side}"
    assert cluster["setting"] == [{"name": "containerInsights", "value": "enabled"}]


def test_a_session_is_encrypted_and_recorded(stack: Synthesised, side: Side) -> None:
    cluster = stack.resource("aws_ecs_cluster", f"{side}_cluster")
    session = cluster["configuration"]["execute_command_configuration"]
    assert session["logging"] == "OVERRIDE"
    assert session["kms_key_id"] == "${aws_kms_key.key.arn}"
    log = session["log_configuration"]
    assert log["cloud_watch_encryption_enabled"] is True
    group = f"{side}_exec_log"
    assert log["cloud_watch_log_group_name"] == f"${{aws_cloudwatch_log_group.{group}.name}}"
    assert stack.resource("aws_cloudwatch_log_group", group)["retention_in_days"] >= 365
