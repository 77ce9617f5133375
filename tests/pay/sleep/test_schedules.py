"""The schedules of sleep as AWS is given them: each step once, with the rights that it needs."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase

import pytest
from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.model import Environment
from pay.model.environment.sleep import Sleep
from pay.sleep.parts import databases
from pay.sleep.planned import planned
from pay.sleep.schedules import SleepSchedules
from tests.support.synthesised import Synthesised, rendered

SERVICES = ("connector", "ledger", "frontend")

_ACTIONS = {
    "applicationautoscaling": "application-autoscaling",
    "cloudwatch": "cloudwatch",
    "ecs": "ecs",
    "rds": "rds",
    "synthetics": "synthetics",
}
"""What IAM calls a service of Scheduler's universal targets."""


@pytest.fixture(scope="module")
def environment(environments: Mapping[str, Environment]) -> Environment:
    """Three services that are awake on one evening, which has backstops on the others."""
    perf = environments["test-perf-1"]
    hours = Sleep(timezone="Europe/London", nightly=None, wakes=("Thu 23:00 for 4h",))
    few = {name: perf.services[name] for name in SERVICES}
    return perf.model_copy(update={"services": few, "sleep": hours})


@pytest.fixture(scope="module")
def stack(environment: Environment) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        SleepSchedules(stack, environment, KmsKey(stack, "key"))

    return rendered(build)


def test_every_step_has_its_schedule_at_its_time(
    stack: Synthesised, environment: Environment
) -> None:
    schedules = stack.document["resource"]["aws_scheduler_schedule"]
    found = {
        each["name"]: (
            each["schedule_expression"],
            each["schedule_expression_timezone"],
            each["target"]["arn"],
            json.loads(each["target"]["input"]),
        )
        for each in schedules.values()
    }
    assert found == {
        each.name: (each.at.cron, each.at.zone, each.call.arn, each.call.input)
        for each in planned(environment)
    }
    assert len(found) == len(schedules) > 0


def test_a_step_is_late_by_half_an_hour_at_most_and_has_no_window(stack: Synthesised) -> None:
    for each in stack.document["resource"]["aws_scheduler_schedule"].values():
        assert each["flexible_time_window"] == {"mode": "OFF"}
        assert each["target"]["retry_policy"] == {
            "maximum_event_age_in_seconds": 1800,
            "maximum_retry_attempts": 20,
        }
        assert each["kms_key_arn"] == "${aws_kms_key.key.arn}"
        assert each["group_name"] == "${aws_scheduler_schedule_group.schedules.name}"
        assert each["target"]["role_arn"] == "${aws_iam_role.scheduler_role.arn}"


def test_a_failure_is_kept_except_that_of_what_sleeps_already(
    stack: Synthesised, environment: Environment
) -> None:
    schedules = stack.document["resource"]["aws_scheduler_schedule"].values()
    keeping = {each["name"] for each in schedules if "dead_letter_config" in each["target"]}
    assert keeping == {each.name for each in planned(environment) if each.keeps_failure}
    assert len(keeping) < len(schedules)
    queue = {"arn": "${aws_sqs_queue.dead_letters.arn}"}
    for each in schedules:
        assert each["target"].get("dead_letter_config", queue) == queue


def test_its_alarm_works_in_sleep(stack: Synthesised) -> None:
    [alarm] = stack.document["resource"]["aws_cloudwatch_metric_alarm"].values()
    assert alarm["alarm_name"] == "test-perf-1-sleep"
    assert alarm["alarm_actions"] == ["${data.aws_sns_topic.warning_topic.arn}"]
    assert "lifecycle" not in alarm


def test_the_role_may_do_every_step_and_touch_no_other_database(
    stack: Synthesised, environment: Environment
) -> None:
    rights = stack.policy("scheduler_policy")
    allowed = {action.lower() for right in rights.values() for action in right["Action"]}
    for each in planned(environment):
        needed = f"{_ACTIONS[each.call.service]}:{each.call.action}"
        assert needed.lower() in allowed
    assert rights["StartAndStopDatabases"]["Resource"] == [
        environment.arn("rds", f"db:{database}") for database in databases(environment)
    ]
    [alarms] = rights["QuietenAlarms"]["Resource"]
    other = environment.arn("cloudwatch", "alarm:test-12-sleep")
    assert not fnmatchcase(other, alarms)
    queue = stack.resource("aws_sqs_queue", "dead_letters")["name"]
    assert rights["KeepWhatFailed"]["Resource"] == [environment.arn("sqs", queue)]


def test_without_canaries_no_right_to_them_is_given(
    stack: Synthesised, environment: Environment
) -> None:
    assert not any(each.call.service == "synthetics" for each in planned(environment))
    assert "RestCanaries" not in stack.policy("scheduler_policy")


def test_only_schedules_of_its_group_assume_the_role(
    stack: Synthesised, environment: Environment
) -> None:
    role = stack.resource("aws_iam_role", "scheduler_role")
    [trust] = json.loads(role["assume_role_policy"])["Statement"]
    group = stack.resource("aws_scheduler_schedule_group", "schedules")["name"]
    assert trust["Condition"]["StringEquals"] == {
        "aws:SourceAccount": environment.account_id,
        "aws:SourceArn": environment.arn("scheduler", f"schedule-group/{group}"),
    }
