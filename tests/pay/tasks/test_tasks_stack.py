"""`<env>-tasks`: migrations without sidecars, and schedules of their own revisions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.catalogue.scheduled_calls import SCHEDULED_CALLS
from pay.model import Environment, Stage
from pay.model.service.migrations import Migrations
from pay.model.stacks import TASKS
from tests.support.synthesised import synthesise

Json = dict[str, Any]

LOG_GROUP = "aws_cloudwatch_log_group"


def document_of(environment: Environment) -> Json:
    id = TASKS.stack_id(environment.name)
    return dict(synthesise([environment], [id])[id].document)


@pytest.fixture(scope="module")
def tasks(environments: Mapping[str, Environment]) -> Json:
    return document_of(environments["sandbox"])


def container(tasks: Json, name: str) -> Json:
    definition = tasks["resource"]["aws_ecs_task_definition"][name]
    [only] = json.loads(definition["container_definitions"])
    assert isinstance(only, dict)
    return only


def test_each_service_with_migrations_has_one_without_sidecars(tasks: Json) -> None:
    expected = {
        f"{name}_migration_task"
        for name, service in CATALOGUE.items()
        if service.migrations is not Migrations.NONE
    }
    definitions = tasks["resource"]["aws_ecs_task_definition"]
    assert expected == definitions.keys() - {"scheduled_http_task", "stream_s3_sqs_task"}
    assert len(expected) == 6
    for name in definitions:
        assert definitions[name]["skip_destroy"] is True
        assert "portMappings" not in container(tasks, name)


def test_a_migration_runs_no_application_and_takes_no_work(tasks: Json) -> None:
    connector = container(tasks, "connector_migration_task")
    values = {each["name"]: each["value"] for each in connector["environment"]}
    assert (values["RUN_MIGRATION"], values["RUN_APP"]) == ("true", "false")
    assert {values[switch] for switch in CATALOGUE["connector"].work_switches} == {"false"}
    options = connector["logConfiguration"]["options"]
    assert options["awslogs-group"] == "sandbox_app_connector"
    assert options["awslogs-stream-prefix"] == "migration"
    assert connector["name"] == "connector"
    assert "DB_PASSWORD" in {each["name"] for each in connector["secrets"]}
    assert (
        "task_role_arn"
        not in tasks["resource"]["aws_ecs_task_definition"]["connector_migration_task"]
    )


def test_a_migration_is_the_same_at_every_stage(environments: Mapping[str, Environment]) -> None:
    environment = environments["sandbox"]
    stages = {
        name: each.model_copy(update={"stage": Stage.CUTOVER})
        for name, each in environment.services.items()
    }
    moved = environment.model_copy(update={"services": stages})
    before, after = (document_of(each) for each in (environment, moved))
    assert (
        before["resource"]["aws_ecs_task_definition"]
        == (after["resource"]["aws_ecs_task_definition"])
    )


def test_a_schedule_starts_the_revision_of_its_own_stack_in_time_or_not_at_all(
    tasks: Json,
) -> None:
    schedules = tasks["resource"]["aws_scheduler_schedule"]
    assert len(schedules) == len(SCHEDULED_CALLS)
    schedule = schedules["expired_charges_sweep_schedule"]
    target = schedule["target"]
    assert target["ecs_parameters"]["task_definition_arn"] == (
        "${aws_ecs_task_definition.scheduled_http_task.arn}"
    )
    assert target["retry_policy"]["maximum_event_age_in_seconds"] == 300
    assert target["dead_letter_config"]["arn"] == "${aws_sqs_queue.dead_letters.arn}"
    assert schedule["schedule_expression_timezone"] == "UTC"
    nightly = schedules["connector_expunge_schedule"]
    assert nightly["schedule_expression_timezone"] == "Europe/London"
    assert schedule["flexible_time_window"] == {"mode": "OFF"}
    [override] = json.loads(target["input"])["containerOverrides"]
    assert override["command"][-1] == (
        "https://connector.sandbox.pymnt.internal/v1/tasks/expired-charges-sweep"
    )


def test_every_log_group_sends_its_lines_to_the_pipeline(
    tasks: Json, environments: Mapping[str, Environment]
) -> None:
    resources = tasks["resource"]
    groups = {f"${{aws_cloudwatch_log_group.{id}.name}}" for id in resources[LOG_GROUP]}
    filters = resources["aws_cloudwatch_log_subscription_filter"].values()
    assert {each["log_group_name"] for each in filters} == groups
    assert {each["filter_pattern"] for each in filters} == {""}
    sandbox = environments["sandbox"]
    logs = sandbox.logs.model_copy(update={"pipeline": None})
    without = document_of(sandbox.model_copy(update={"logs": logs}))["resource"]
    assert without[LOG_GROUP] == resources[LOG_GROUP]
    assert "aws_cloudwatch_log_subscription_filter" not in without


def test_calls_are_made_only_where_the_services_are_awake(
    environments: Mapping[str, Environment],
) -> None:
    states = {
        name: {
            schedule["state"]
            for schedule in document_of(environments[name])["resource"][
                "aws_scheduler_schedule"
            ].values()
        }
        for name in ("test-12", "test-perf-1")
    }
    assert states == {"test-12": {"ENABLED"}, "test-perf-1": {"DISABLED"}}
