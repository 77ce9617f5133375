"""A migration: its service's own image and secrets, and a role that only starts it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cdktf import TerraformStack

from pay.catalogue import CATALOGUE
from pay.existing.configuration import SharedSecrets
from pay.existing.network import ExistingNetwork
from pay.model import Environment
from pay.tasks.migrations import migration
from tests.support.synthesised import Synthesised, rendered

SERVICES = ("publicauth", "ledger")


@pytest.fixture(scope="module")
def stack(environments: Mapping[str, Environment]) -> Synthesised:
    environment = environments["production-2"]

    def build(stack: TerraformStack) -> None:
        network, shared = ExistingNetwork(stack, environment), SharedSecrets(stack, environment)
        for service in SERVICES:
            migration(stack, network, shared, CATALOGUE[service], environment)

    return rendered(build)


def container(stack: Synthesised, service: str) -> dict[str, Any]:
    definition = stack.resource("aws_ecs_task_definition", f"{service}_migration_task")
    [only] = json.loads(definition["container_definitions"])
    return dict(only)


@pytest.mark.parametrize("service", SERVICES)
def test_each_runs_its_own_release_and_asks_its_own_database(
    stack: Synthesised, service: str
) -> None:
    found = container(stack, service)
    local = f"{service}_image"
    assert found["image"] == f"${{local.{local}}}"
    assert f"${{var.{service}_image_tag}}" in stack.document["locals"][local]
    values = {each["name"]: each["value"] for each in found["environment"]}
    assert values["DB_HOST"] == f"${{data.aws_db_instance.{service}_migration_database.address}}"


@pytest.mark.parametrize("service", SERVICES)
def test_it_stays_hardened(stack: Synthesised, service: str) -> None:
    found = container(stack, service)
    assert found["readonlyRootFilesystem"] is True
    assert found["linuxParameters"]["capabilities"] == {"add": [], "drop": ["ALL"]}
    assert found["user"] not in ("", "root", "0", "0:0")


@pytest.mark.parametrize("service", SERVICES)
def test_the_role_that_starts_it_reads_its_own_configuration_and_it_has_none_itself(
    stack: Synthesised, service: str
) -> None:
    definition = stack.resource("aws_ecs_task_definition", f"{service}_migration_task")
    role = f"{service}_migration_execution"
    assert definition["execution_role_arn"] == f"${{aws_iam_role.{role}_role.arn}}"
    assert "task_role_arn" not in definition
    rights = stack.policy(f"{role}_policy")
    [repository] = rights["PullImages"]["Resource"]
    assert repository.endswith(f":repository/govukpay/{service}")
    secrets = rights["ReadSecrets"]["Resource"]
    assert f"${{data.aws_secretsmanager_secret.{service}_secret.arn}}" in secrets
    others = set(SERVICES) - {service}
    assert not any(other in resource for other in others for resource in secrets)


def test_it_makes_no_log_group_as_its_service_has_one(stack: Synthesised) -> None:
    assert "aws_cloudwatch_log_group" not in stack.document["resource"]
    options = container(stack, "ledger")["logConfiguration"]["options"]
    assert options["awslogs-group"] == "production-2_app_ledger"
    assert options["awslogs-stream-prefix"] == "migration"
