"""The schedules of calls: who starts them, with which rights, and what becomes of a failure."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.existing.network import ExistingNetwork
from pay.model import Environment
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.tasks import scheduled
from pay.tasks.one_off import OneOff
from pay.tasks.schedules import Schedules
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    """production with the services of which two have calls, and one has none."""
    whole = environments["production-2"]
    few = {name: whole.services[name] for name in ("connector", "ledger", "frontend")}
    return whole.model_copy(update={"services": few})


@pytest.fixture(scope="module")
def stack(environment: Environment) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        key = KmsKey(stack, "key")
        makes = OneOff(stack, SCHEDULED_HTTP, environment=environment, key=key, stream_prefix="s")
        network = ExistingNetwork(stack, environment)
        Schedules(stack, environment=environment, network=network, key=key, calls_by=makes)

    return rendered(build)


@pytest.fixture(scope="module")
def calls(environment: Environment, stack: Synthesised) -> list[tuple[ScheduledCall, Any]]:
    """Each call with its schedule."""
    schedules = stack.document["resource"]["aws_scheduler_schedule"]
    expected = list(scheduled(environment, CATALOGUE))
    found = [(call, schedules[f"{call.name}_schedule".replace("-", "_")]) for call in expected]
    assert len(found) == len(schedules) > 0
    return found


def test_a_call_is_made_at_its_time_or_not_at_all(calls: list[tuple[ScheduledCall, Any]]) -> None:
    for call, schedule in calls:
        assert schedule["schedule_expression"] == call.cron
        assert schedule["schedule_expression_timezone"] == call.zone
        assert schedule["flexible_time_window"] == {"mode": "OFF"}
        assert schedule["state"] == "ENABLED"
        retries = schedule["target"]["retry_policy"]
        assert retries["maximum_event_age_in_seconds"] == call.deadline_seconds
        assert retries["maximum_retry_attempts"] == 3


def test_its_task_stands_in_the_network_of_the_service_without_a_public_address(
    calls: list[tuple[ScheduledCall, Any]],
) -> None:
    for call, schedule in calls:
        runs = schedule["target"]["ecs_parameters"]
        assert (runs["launch_type"], runs["task_count"]) == ("FARGATE", 1)
        assert runs["enable_execute_command"] is False
        network = runs["network_configuration"]
        assert network["assign_public_ip"] is False
        assert network["subnets"] == f"${{data.aws_subnets.{call.service}_subnets.ids}}"
        groups = f"data.aws_security_groups.{call.service}_task_security_groups.ids"
        assert network["security_groups"] == f"${{{groups}}}"


def test_schedules_and_failures_are_encrypted_and_each_failure_is_kept(
    stack: Synthesised, calls: list[tuple[ScheduledCall, Any]]
) -> None:
    key = "${aws_kms_key.key.arn}"
    assert stack.resource("aws_sqs_queue", "dead_letters")["kms_master_key_id"] == key
    for _, schedule in calls:
        assert schedule["kms_key_arn"] == key
        kept = schedule["target"]["dead_letter_config"]
        assert kept == {"arn": "${aws_sqs_queue.dead_letters.arn}"}


def test_a_call_that_was_not_made_and_one_that_failed_notify(stack: Synthesised) -> None:
    alarms = stack.document["resource"]["aws_cloudwatch_metric_alarm"]
    assert alarms.keys() == {"scheduled_calls_alarm", "failed_calls_alarm"}
    for alarm in alarms.values():
        assert alarm["alarm_actions"] == ["${data.aws_sns_topic.warning_topic.arn}"]
        assert (alarm["threshold"], alarm["datapoints_to_alarm"]) == (0, 1)


def test_only_schedules_of_its_group_assume_the_role(
    stack: Synthesised, environment: Environment, calls: list[tuple[ScheduledCall, Any]]
) -> None:
    role = stack.resource("aws_iam_role", "scheduler_role")
    [trust] = json.loads(role["assume_role_policy"])["Statement"]
    group = stack.resource("aws_scheduler_schedule_group", "schedules")["name"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {
        "aws:SourceAccount": environment.account_id,
        "aws:SourceArn": environment.arn("scheduler", f"schedule-group/{group}"),
    }
    for _, schedule in calls:
        assert schedule["group_name"] == "${aws_scheduler_schedule_group.schedules.name}"
        assert schedule["target"]["role_arn"] == "${aws_iam_role.scheduler_role.arn}"


def test_the_role_runs_one_task_on_fargates_cluster_and_passes_one_role(
    stack: Synthesised, environment: Environment
) -> None:
    rights = stack.policy("scheduler_policy")
    runs = rights["RunScheduledTasks"]
    family = environment.arn("ecs", "task-definition/production-2_scheduled-http:*")
    assert runs["Resource"] == [family]
    cluster = environment.arn("ecs", "cluster/production-2-fargate")
    assert runs["Condition"] == {"ArnEquals": {"ecs:cluster": cluster}}
    [passed] = rights["PassRolesOfScheduledTasks"]["Resource"]
    started_by = stack.resource("aws_iam_role", "scheduled_http_execution_role")["name"]
    assert passed.endswith(f":role/{started_by}")
    queue = stack.resource("aws_sqs_queue", "dead_letters")["name"]
    assert rights["KeepWhatFailed"]["Resource"] == [environment.arn("sqs", queue)]
