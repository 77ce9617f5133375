"""What the guard refuses about scheduled calls and the tasks beside services."""

import json
from copy import deepcopy
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.catalogue.scheduled_calls import SCHEDULED_CALLS
from pay.iam.document import policy_document
from pay.model import Environment, Side, names, stacks
from pay.model.rights.schedules import scheduler_rights
from pay.model.rights.tasks import execution_rights
from pay.model.tasks import overrides_of
from tests.rollout.guard.conftest import Judge
from tests.support.plans import ENVIRONMENT, Json, change, container, plan

ACCOUNT, TASKS = "555555555555", stacks.TASKS.stack_id(ENVIRONMENT)
CALL = SCHEDULED_CALLS[0]
OWN = "makes-its-scheduled-calls"
ARN = f"arn:aws:ecs:eu-west-1:{ACCOUNT}"
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
REVISION = f"{ARN}:task-definition/sandbox_scheduled-http"


def schedule(environment: Environment) -> Json:
    """The schedule of a call as the stack renders it."""
    overrides = overrides_of(CALL, environment, CATALOGUE[CALL.service], SCHEDULED_HTTP.name)
    return {
        "name": names.schedule(ENVIRONMENT, CALL.name),
        "group_name": names.schedule_group(ENVIRONMENT),
        "state": "ENABLED",
        "schedule_expression": CALL.cron,
        "schedule_expression_timezone": CALL.zone,
        "flexible_time_window": [{"mode": "OFF"}],
        "target": [
            {
                "arn": f"{ARN}:cluster/sandbox-fargate",
                "role_arn": f"arn:aws:iam::{ACCOUNT}:role/sandbox-tasks-scheduler",
                "input": json.dumps(overrides),
                "dead_letter_config": [
                    {"arn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:sandbox-tasks-dead-letter"}
                ],
                "retry_policy": [
                    {
                        "maximum_event_age_in_seconds": CALL.deadline_seconds,
                        "maximum_retry_attempts": 3,
                    }
                ],
                "ecs_parameters": [
                    {
                        "task_definition_arn": f"{REVISION}:3",
                        "launch_type": "FARGATE",
                        "task_count": 1,
                        "network_configuration": [
                            {
                                "assign_public_ip": False,
                                "subnets": ["subnet-1", "subnet-2"],
                                "security_groups": ["sg-1"],
                            }
                        ],
                    }
                ],
            }
        ],
    }


def found(refused: Judge, *changes: Json) -> set[str]:
    return {refusal.rule for refusal in refused(plan(TASKS, *changes, prior_state=looked_up()))}


def looked_up() -> Json:
    """What the lookups of a plan found: of the called service, and of others."""
    service = CATALOGUE[CALL.service]
    zones = ("eu-west-1a", "eu-west-1b")
    groups = [*names.task_security_groups(ENVIRONMENT, service.name, service.scope.segment)]
    lookups = {
        "aws_subnets.own": (
            "tag:Name",
            [names.subnet(ENVIRONMENT, service.name, zone) for zone in zones],
            ["subnet-2", "subnet-1"],
        ),
        "aws_subnets.others": ("tag:Name", ["sandbox-public-eu-west-1a"], ["subnet-9"]),
        "aws_security_groups.own": ("group-name", groups, ["sg-1"]),
        "aws_security_groups.others": ("group-name", ["sandbox-database"], ["sg-9"]),
    }
    resources = [
        {
            "address": f"data.{address}",
            "mode": "data",
            "type": address.partition(".")[0],
            "values": {"ids": ids, "filter": [{"name": key, "values": values}]},
        }
        for address, (key, values, ids) in lookups.items()
    ]
    return {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}


def set_at(values: Json, path: str, value: object) -> Json:
    """Return the schedule with one value changed; blocks are written without positions."""
    changed = deepcopy(values)
    *blocks, name = path.split(".")
    inner: Any = changed
    for block in blocks:
        inner = inner[block][0]
    inner[name] = value
    return changed


def change_of(before: Json | None, after: Json | None, **more: Any) -> Json:
    return change("aws_scheduler_schedule.expired_charges_sweep_schedule", before, after, **more)


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("schedule_expression", "cron(0 4 1 * ? *)", {OWN}),
        ("schedule_expression_timezone", "Europe/London", {OWN}),
        ("state", "DISABLED", {OWN}),
        ("end_date", "2026-12-01T00:00:00Z", {OWN, "changes-only-what-is-harmless"}),
        ("flexible_time_window.mode", "FLEXIBLE", {OWN, "changes-only-what-is-harmless"}),
        ("target.arn", f"{ARN}:cluster/other-fargate", {OWN}),
        ("target.dead_letter_config", [], {OWN}),
        ("target.input", '{"taskRoleArn": "arn:aws:iam::555555555555:role/administrator"}', {OWN}),
        ("target.input", None, {OWN}),
        ("target.ecs_parameters.task_definition_arn", REVISION, {OWN}),
        (
            "target.ecs_parameters.task_definition_arn",
            f"{ARN}:task-definition/sandbox_connector-migration:3",
            {OWN},
        ),
        (
            "target.ecs_parameters.task_definition_arn",
            f"{REVISION}:3".replace(ACCOUNT, "111111111111"),
            {OWN},
        ),
        ("target.ecs_parameters.task_count", 10, {OWN}),
        ("target.ecs_parameters.network_configuration.assign_public_ip", True, {OWN}),
        ("target.ecs_parameters.network_configuration.subnets", ["subnet-9"], {OWN}),
        ("target.ecs_parameters.network_configuration.subnets", ["subnet-1"], {OWN}),
        ("target.ecs_parameters.network_configuration.security_groups", ["sg-9"], {OWN}),
        ("target.ecs_parameters.network_configuration.security_groups", ["sg-1", "sg-9"], {OWN}),
        ("target.ecs_parameters.network_configuration.security_groups", None, {OWN}),
        ("target.retry_policy.maximum_retry_attempts", 0, {OWN}),
        ("target.retry_policy.maximum_retry_attempts", 185, {OWN}),
        ("target.retry_policy", [], {OWN}),
        ("target.role_arn", f"arn:aws:iam::{ACCOUNT}:role/admin", {"runs-under-its-own-role"}),
        ("target.role_arn", None, {"runs-under-its-own-role"}),
    ],
)
def test_refuses_a_schedule_that_is_not_the_catalogues(
    path: str, value: object, rules: set[str], refused: Judge, sandbox: Environment
) -> None:
    values = schedule(sandbox)
    changed = set_at(values, path, value)
    # A foreign account or environment in the plan is refused by more than one rule.
    others = {"names-nothing-of-another-environment"}
    assert found(refused, change_of(values, changed)) - others == rules
    assert rules - {"changes-only-what-is-harmless"} <= found(refused, change_of(None, changed))


def test_lets_the_catalogue_change_a_call_and_a_schedule_follow_a_new_revision(
    refused: Judge, sandbox: Environment
) -> None:
    values = schedule(sandbox)
    before = set_at(values, "schedule_expression", "cron(0 9 * * ? *)")
    before = set_at(before, "target.ecs_parameters.task_definition_arn", f"{REVISION}:2")
    # One zone more: the subnets are those that the plan finds, in whatever order.
    network = "target.ecs_parameters.network_configuration.subnets"
    before = set_at(before, network, ["subnet-1"])
    assert found(refused, change_of(before, values)) == set()
    assert found(refused, change_of(None, values)) == set()


def test_refuses_to_delete_a_schedule_and_lets_it_go_with_its_call(
    refused: Judge, sandbox: Environment
) -> None:
    values = schedule(sandbox)
    assert found(refused, change_of(values, None)) == {OWN}
    ended = {**values, "name": "sandbox-a-call-that-has-left-the-catalogue"}
    assert found(refused, change_of(ended, None)) == set()
    assert found(refused, change_of(None, ended)) == {OWN}


def test_refuses_to_delete_the_dead_letter_queue(refused: Judge) -> None:
    queue = {"name": "sandbox-tasks-dead-letter", "message_retention_seconds": 1_209_600}
    lost = change("aws_sqs_queue.dead_letters", queue, None)
    assert found(refused, lost) == {"keeps-what-carries-traffic"}
    shorter = change(
        "aws_sqs_queue.dead_letters", queue, {**queue, "message_retention_seconds": 60}
    )
    assert found(refused, shorter) == {"changes-only-what-is-harmless"}


def role_policy(role: str, before: str, after: str) -> Json:
    values = {"role": role, "policy": before}
    return change("aws_iam_role_policy.policy", values, {**values, "policy": after})


def test_refuses_to_widen_the_role_of_schedules(refused: Judge, sandbox: Environment) -> None:
    rights = scheduler_rights(sandbox, SCHEDULED_HTTP)
    role = names.scheduler_role(ENVIRONMENT)
    before = policy_document(*rights)
    made = change("aws_iam_role.scheduler_role", None, {"name": role})
    policy = change("aws_iam_role_policy.policy", None, {"role": role, "policy": before})
    assert found(refused, made, policy) == set()
    for old, new in (
        ("task-definition/sandbox_scheduled-http:*", "task-definition/*"),
        ("role/sandbox_scheduled-http-execution", "role/*"),
        ("role/sandbox_scheduled-http-execution", "role/sandbox-connector-fargate-task"),
        ("ecs:RunTask", "ecs:*"),
    ):
        after = before.replace(old, new)
        assert after != before
        assert "widens-no-iam-statement" in found(refused, role_policy(role, before, after))
        policy = change("aws_iam_role_policy.policy", None, {"role": role, "policy": after})
        if "sandbox-connector" not in new:
            assert "widens-no-iam-statement" in found(refused, made, policy)


def test_lets_a_migration_read_one_more_secret_of_its_service(
    refused: Judge, sandbox: Environment
) -> None:
    def document(*parameters: str) -> str:
        paths = [sandbox.arn("ssm", f"parameter/sandbox/connector/{each}") for each in parameters]
        return policy_document(
            *execution_rights(
                sandbox,
                Side.FARGATE,
                repositories=[],
                log_groups=[],
                secrets=[],
                secret_keys=[],
                parameters=paths,
            )
        )

    role = names.one_off_execution_role(ENVIRONMENT, names.migration("connector"))
    own = CATALOGUE["connector"].parameters[:2]
    grows = role_policy(role, document(own[0]), document(*own))
    assert found(refused, grows) == set()
    foreign = document(own[0]).replace("sandbox/connector", "sandbox/publicapi")
    assert found(refused, role_policy(role, document(own[0]), foreign)) == {
        "widens-no-iam-statement"
    }


def definition(family: str, **roles: object) -> Json:
    values = {
        "family": family,
        "container_definitions": json.dumps([container("connector")]),
        "execution_role_arn": f"arn:aws:iam::{ACCOUNT}:role/{family}-execution",
    }
    return change(
        "aws_ecs_task_definition.task", values, {**values, **roles}, actions=["create", "delete"]
    )


@pytest.mark.parametrize(
    ("roles", "rules"),
    [
        ({}, set()),
        (
            {"execution_role_arn": f"{ROLES}/sandbox_ledger-migration-execution"},
            {"runs-under-its-own-role"},
        ),
        (
            {"task_role_arn": f"arn:aws:iam::{ACCOUNT}:role/administrator"},
            {"runs-under-its-own-role"},
        ),
    ],
)
def test_refuses_a_migration_under_another_role(
    roles: Json, rules: set[str], refused: Judge
) -> None:
    assert found(refused, definition("sandbox_connector-migration", **roles)) == rules


def test_lets_a_migration_go_with_the_database_of_its_service(refused: Judge) -> None:
    for family, rules in (
        ("sandbox_cardid-migration", set()),
        ("sandbox_connector-migration", {"keeps-what-carries-traffic"}),
    ):
        task = change("aws_ecs_task_definition.task", {"family": family}, None)
        role = change("aws_iam_role.role", {"name": f"{family}-execution"}, None)
        assert found(refused, task, role) == rules
