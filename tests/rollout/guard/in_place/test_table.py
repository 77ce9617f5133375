"""The table of harmless changes holds what the provider knows, and names rules that judge."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pay.containers.lifecycle import lifecycle_policy
from pay.environments.load import load_environment
from pay.iam.document import Statement, policy_document
from pay.model import Environment, Side, Stage, names
from pay.model.environment.sleep import Sleep
from pay.model.rights.keys_and_topics import publishes_alarms, used_by_logs
from pay.model.rights.tasks import tasks_trust
from pay.model.stacks import RESOURCE_TYPES, SLEEP, TASKS, WATCHING
from rollout.guard.in_place.directions import ANYTHING
from rollout.guard.in_place.table import EVERY_TYPE, TABLE, row_of
from rollout.guard.rules import RULES
from stacks.made_from import SCHEMA
from tests.conftest import ROOT
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    EC2,
    ENVIRONMENT,
    FARGATE,
    PLATFORM,
    SERVICE,
    Json,
    change,
    container,
    plan,
    policy,
)

SCHEMAS = json.loads((ROOT / SCHEMA).read_text())["resource_schemas"]
JUDGED = sorted(
    (type, attribute, rule)
    for type, rows in TABLE.items()
    for attribute, row in rows.items()
    for rule in row.direction.rules
)
"""Type, attribute and a rule that judges it."""


def attributes(block: Json, prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Every attribute and block of a type, as the table writes it, with its schema."""
    for name, schema in block.get("attributes", {}).items():
        yield f"{prefix}{name}", schema
    for name, schema in block.get("block_types", {}).items():
        yield f"{prefix}{name}", schema
        yield from attributes(schema["block"], f"{prefix}{name}.")


def test_has_a_section_for_every_type_of_the_stacks_and_for_no_other() -> None:
    assert set(TABLE) == RESOURCE_TYPES


@pytest.mark.parametrize("type", sorted(TABLE))
def test_names_attributes_that_the_provider_knows(type: str) -> None:
    known = {name for name, _ in attributes(SCHEMAS[type]["block"])}
    assert TABLE[type].keys() - {""} <= known


@pytest.mark.parametrize("type", sorted(TABLE))
def test_lets_pass_what_only_aws_sets(type: str) -> None:
    """An update often makes such a value unknown, and nobody can write it."""
    for name, schema in attributes(SCHEMAS[type]["block"]):
        if "." not in name and schema.get("computed") and not schema.get("optional"):
            row = row_of(type, name)
            assert row, name
            assert not row.direction.minds_unknown, name


def test_lets_no_attribute_pass_at_any_value_that_a_type_does_not_have_everywhere() -> None:
    assert {name for name, row in EVERY_TYPE.items() if row.direction is ANYTHING} == set(
        EVERY_TYPE
    )


ELSEWHERE = "arn:aws:iam::999999999999:role/x"
READ = policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"})
WIDE = policy({"Action": "s3:*", "Resource": "*"})
ASSUMED = {"Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
TOPIC = "arn:aws:sns:eu-west-1:555555555555:topic"
HERE = load_environment(ROOT / "environments" / f"{ENVIRONMENT}.toml")


LOG_IN = "ecr:GetAuthorizationToken"
EXECUTION = names.execution_role(ENVIRONMENT, SERVICE, Side.EC2)
PUBLISHED = (
    PLATFORM,
    {"arn": TOPIC, "policy": policy_document(publishes_alarms(HERE, TOPIC))},
    {"arn": TOPIC, "policy": WIDE},
)


def containers(**changed: Any) -> Json:
    return {"container_definitions": json.dumps([container(**changed)])}


def dns(count: str) -> Json:
    failover = {"minimum_healthy_targets_count": count}
    return {"target_group_health": [{"dns_failover": [failover]}]}


KEPT: Json = {"retention_in_days": 365, "skip_destroy": True, "log_group_class": "STANDARD"}
SCANNED: Json = {"scan_type": "ENHANCED", "rule": [{"scan_frequency": "CONTINUOUS_SCAN"}]}

TASKS_STACK = TASKS.stack_id(ENVIRONMENT)
SWEEP = {"name": f"{ENVIRONMENT}-expired-charges-sweep"}

NIGHT: Json = {
    "name": "night",
    "scalable_target_action": [{"min_capacity": 1}],
}

SLEEP_STACK = SLEEP.stack_id(ENVIRONMENT)
WATCHING_STACK = WATCHING.stack_id(ENVIRONMENT)
TOLD = f"{ENVIRONMENT}-findings-guardduty-page"
STACK_OF_RULE = {"sleeps-and-wakes-as-its-file-says": SLEEP_STACK}
"""The stack of a rule that judges another one than its row below has."""

JUDGED_WRONGLY: dict[str, dict[str, tuple[str, Json, Json]]] = {
    "aws_appautoscaling_scheduled_action": {
        "scalable_target_action": (
            FARGATE,
            NIGHT,
            {**NIGHT, "scalable_target_action": [{"min_capacity": 0}]},
        ),
        "schedule": (FARGATE, {**NIGHT, "schedule": "a"}, {**NIGHT, "schedule": "b"}),
        "timezone": (FARGATE, {**NIGHT, "timezone": "UTC"}, {**NIGHT, "timezone": "Asia/Tokyo"}),
    },
    "aws_appautoscaling_target": {
        "max_capacity": (FARGATE, {"max_capacity": 4}, {"max_capacity": 1}),
        "min_capacity": (FARGATE, {"min_capacity": 2}, {"min_capacity": 1}),
        "suspended_state": (
            FARGATE,
            {"min_capacity": 2, "max_capacity": 4},
            {
                **{"min_capacity": 2, "max_capacity": 4},
                "suspended_state": [{"dynamic_scaling_out_suspended": True}],
            },
        ),
    },
    "aws_autoscaling_group": {
        "desired_capacity": (PLATFORM, {"desired_capacity": 3}, {"desired_capacity": 2}),
        "instance_refresh": (PLATFORM, {}, {"instance_refresh": [{"strategy": "Rolling"}]}),
        "max_instance_lifetime": (PLATFORM, {}, {"max_instance_lifetime": 86400}),
        "max_size": (PLATFORM, {"max_size": 3}, {"max_size": 2}),
        "min_size": (PLATFORM, {"min_size": 3}, {"min_size": 2}),
    },
    "aws_cloudwatch_log_group": {
        "log_group_class": (
            PLATFORM,
            KEPT,
            {**KEPT, "log_group_class": "INFREQUENT_ACCESS"},
        ),
        "retention_in_days": (PLATFORM, KEPT, {**KEPT, "retention_in_days": 30}),
        "skip_destroy": (PLATFORM, KEPT, {**KEPT, "skip_destroy": False}),
    },
    "aws_cloudwatch_event_rule": {
        attribute: (WATCHING_STACK, {"name": TOLD, attribute: "a"}, {"name": TOLD, attribute: "b"})
        for attribute in ("event_pattern", "state")
    },
    "aws_cloudwatch_event_target": {
        "arn": (WATCHING_STACK, {"rule": TOLD, "arn": "a"}, {"rule": TOLD, "arn": "b"}),
        **{
            block: (WATCHING_STACK, {"rule": TOLD, block: [{}]}, {"rule": TOLD, block: []})
            for block in ("dead_letter_config", "input_transformer", "retry_policy")
        },
    },
    "aws_ecr_lifecycle_policy": {
        "policy": (PLATFORM, {"policy": lifecycle_policy()}, {"policy": "{}"}),
    },
    "aws_ecr_registry_scanning_configuration": {
        "rule": (PLATFORM, SCANNED, {**SCANNED, "rule": []}),
        "scan_type": (PLATFORM, SCANNED, {**SCANNED, "scan_type": "BASIC"}),
    },
    "aws_ecr_repository_policy": {
        "policy": (PLATFORM, {"policy": READ}, {"policy": WIDE}),
    },
    "aws_ecs_service": {
        "desired_count": (EC2, {"desired_count": 3}, {"desired_count": 2}),
        "task_definition": (
            EC2,
            {"task_definition": "sandbox_publicauth:1"},
            {"task_definition": "sandbox_ledger:1"},
        ),
    },
    "aws_ecs_task_definition": {
        "": (
            EC2,
            {**containers(), "task_role_arn": ELSEWHERE},
            {
                **containers(
                    memory=1,
                    user="0:0",
                    image="registry/publicauth:latest",
                    environment=[{"name": "DB_PASSWORD", "value": "hunter2"}],
                ),
                "task_role_arn": f"{ELSEWHERE}/y",
            },
        ),
    },
    "aws_iam_instance_profile": {"role": (PLATFORM, {"role": "a"}, {"role": "b"})},
    "aws_iam_role": {
        "assume_role_policy": (
            EC2,
            {"assume_role_policy": policy_document(tasks_trust(HERE))},
            {"assume_role_policy": policy(ASSUMED)},
        ),
        "inline_policy": (
            EC2,
            {"inline_policy": [{"policy": READ}]},
            {"inline_policy": [{"policy": WIDE}]},
        ),
        "managed_policy_arns": (
            EC2,
            {"managed_policy_arns": ["arn:aws:iam::aws:policy/x"]},
            {"managed_policy_arns": ["arn:aws:iam::aws:policy/y"]},
        ),
        "permissions_boundary": (EC2, {"permissions_boundary": "a"}, {"permissions_boundary": "b"}),
    },
    "aws_iam_role_policy": {
        "role": (
            EC2,
            {"role": EXECUTION, "policy": policy_document(Statement("", [LOG_IN], ["*"]))},
            {"role": "other", "policy": policy_document(Statement("", [LOG_IN], ["*"]))},
        ),
        "policy": (
            EC2,
            {"role": EXECUTION, "policy": policy_document(Statement("", [LOG_IN], ["*"]))},
            {"role": EXECUTION, "policy": WIDE},
        ),
    },
    "aws_kms_key": {
        "is_enabled": (PLATFORM, {"is_enabled": True}, {"is_enabled": False}),
        "policy": (
            PLATFORM,
            {"policy": policy_document(used_by_logs(HERE))},
            {"policy": policy({**ASSUMED, "Action": "kms:*"})},
        ),
    },
    "aws_launch_template": {
        "image_id": (PLATFORM, {"image_id": "ami-1"}, {"image_id": "ami-2"}),
        "user_data": (PLATFORM, {"user_data": "IyEvYmluL3NoCg=="}, {"user_data": ""}),
        "iam_instance_profile": (
            PLATFORM,
            {"iam_instance_profile": [{"arn": "a"}]},
            {"iam_instance_profile": [{"arn": "b"}]},
        ),
    },
    "aws_lb_target_group": {
        "target_group_health": (EC2, dns("1"), dns("9")),
    },
    "aws_route53_record": {"": (EC2, {"ttl": 1}, {"ttl": 300})},
    "aws_scheduler_schedule": {
        **{
            attribute: (TASKS_STACK, {**SWEEP, attribute: "a"}, {**SWEEP, attribute: "b"})
            for attribute in ("schedule_expression", "schedule_expression_timezone", "state")
        },
        "target": (
            TASKS_STACK,
            {**SWEEP, "target": [{"role_arn": "a"}]},
            {**SWEEP, "target": [{"role_arn": "b"}]},
        ),
    },
    "aws_sns_topic": {"policy": PUBLISHED},
    "aws_sns_topic_policy": {"policy": PUBLISHED},
}
"""A stack, values before and after that each rule has to refuse which the table names for it."""


@pytest.fixture
def sandbox(sandbox: Environment) -> Environment:
    """With every kind of stack: it sleeps, too."""
    return sandbox.model_copy(update={"sleep": Sleep(timezone="UTC", nightly="23:00 for 4h")})


@pytest.mark.parametrize(("type", "attribute", "rule"), JUDGED)
def test_a_rule_that_the_table_names_judges_the_attribute(
    refused: Judge, type: str, attribute: str, rule: str
) -> None:
    assert rule in RULES
    stack, before, after = JUDGED_WRONGLY[type][attribute]
    stack = STACK_OF_RULE.get(rule, stack)
    is_revision = type == "aws_ecs_task_definition"
    actions = ["create", "delete"] if is_revision else ["update"]
    entry = change(f"{type}.a", before, after, actions=actions)
    rules = found(refused, plan(stack, entry), stage=Stage.HALF)
    assert rule in rules
    assert "changes-only-what-is-harmless" not in rules
    if attribute and stack not in (
        SLEEP_STACK,
        WATCHING_STACK,
    ):  # nothing in it carries traffic: its rule alone judges it
        unknown = change(f"{type}.a", before, {**before, "of_tomorrow": 1}, actions=actions)
        rules = found(refused, plan(stack, unknown), stage=Stage.HALF)
        assert "changes-only-what-is-harmless" in rules
