"""The task of a load test: confined, by its digest, with its own token and bucket only."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.model import Environment
from pay.tasks.load_test import LoadTest
from tests.support.synthesised import Synthesised, rendered

DEFINITION = ("aws_ecs_task_definition", "load_test_task")


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    return environments["test-perf-1"]


@pytest.fixture(scope="module")
def stack(environment: Environment) -> Synthesised:
    load = environment.load
    assert load

    def build(stack: TerraformStack) -> None:
        LoadTest(stack, load, environment=environment, key=KmsKey(stack, "key"))

    return rendered(build)


@pytest.fixture(scope="module")
def container(stack: Synthesised) -> dict[str, Any]:
    [only] = json.loads(stack.resource(*DEFINITION)["container_definitions"])
    return dict(only)


def test_it_runs_on_fargate_with_a_network_of_its_own(stack: Synthesised) -> None:
    definition = stack.resource(*DEFINITION)
    assert definition["family"] == "test-perf-1_load-test"
    assert definition["requires_compatibilities"] == ["FARGATE"]
    assert definition["network_mode"] == "awsvpc"
    assert (definition["cpu"], definition["memory"]) == ("2048", "4096")
    assert definition["execution_role_arn"] == "${aws_iam_role.load_test_execution_role.arn}"
    assert definition["task_role_arn"] == "${aws_iam_role.load_test_task_role.arn}"


def test_the_image_is_the_reviewed_one_by_its_digest(
    container: dict[str, Any], environment: Environment
) -> None:
    assert environment.load
    registry = f"{environment.account_id}.dkr.ecr.eu-west-1.amazonaws.com"
    assert container["image"] == f"{registry}/{environment.load.image}"
    assert "@sha256:" in container["image"]


def test_it_has_no_root_no_capability_no_port_and_one_path_to_write(
    container: dict[str, Any],
) -> None:
    assert container["user"] not in ("", "root", "0", "0:0")
    assert container["readonlyRootFilesystem"] is True
    assert container["linuxParameters"]["capabilities"] == {"add": [], "drop": ["ALL"]}
    assert [mount["containerPath"] for mount in container["mountPoints"]] == ["/tmp"]
    assert "portMappings" not in container


def test_its_token_is_a_reference_and_no_value(
    container: dict[str, Any], stack: Synthesised
) -> None:
    secret = "${data.aws_secretsmanager_secret.load_secret.arn}"
    assert container["secrets"] == [{"name": "API_TOKEN", "valueFrom": f"{secret}:API_TOKEN::"}]
    assert {each["name"] for each in container["environment"]} == {"RESULTS_BUCKET"}
    assert "aws_secretsmanager_secret_version" not in stack.document["data"]


def test_it_reads_one_secret_and_writes_below_one_path(stack: Synthesised) -> None:
    starts, does = (stack.policy(f"load_test_{kind}_policy") for kind in ("execution", "task"))
    assert starts["ReadSecrets"]["Resource"] == [
        "${data.aws_secretsmanager_secret.load_secret.arn}"
    ]
    assert "ReadParameters" not in starts
    [write] = does.values()
    assert write["Action"] == ["s3:PutObject"]
    assert write["Resource"] == ["arn:aws:s3:::pay-test-perf-1-load-tests/load-tests/*"]


def test_its_log_group_is_encrypted_and_kept_for_a_year(
    stack: Synthesised, container: dict[str, Any]
) -> None:
    group = stack.resource("aws_cloudwatch_log_group", "load_test_log")
    assert group["kms_key_id"] == "${aws_kms_key.key.arn}"
    assert group["retention_in_days"] == 365
    assert container["logConfiguration"]["options"]["awslogs-group"] == group["name"]
