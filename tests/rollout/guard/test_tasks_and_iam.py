"""What the guard refuses about task definitions and IAM."""

from typing import Any

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge
from tests.support.plans import EC2, Json, change, container, plan, policy, task_definition

ROLE = change("aws_iam_role.task_role", None, {"name": "task"})
OLD_ROLE = change("aws_iam_role.task_role", {"name": "task"}, {"name": "task"})
READ = {"Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": ["arn:aws:sqs:x:y:q"]}


def found(refused: Judge, *changes: Json) -> set[str]:
    return {refusal.rule for refusal in refused(plan(EC2, *changes), stage=Stage.LEGACY)}


def released(refused: Judge, **changes: Any) -> set[str]:
    return found(refused, task_definition([container()], [container(**changes)]))


def role_policy(before: str | None, after: str) -> Json:
    return change(
        "aws_iam_role_policy.task_policy",
        None if before is None else {"role": "task", "policy": before},
        {"role": "task", "policy": after},
    )


def test_lets_a_release_pass(refused: Judge) -> None:
    assert released(refused, image="registry/publicauth:8-release") == set()
    assert released(refused, image=f"registry/publicauth@sha256:{'a' * 64}") == set()


@pytest.mark.parametrize(
    "image",
    [
        "registry/publicauth",
        "registry/publicauth:latest",
        "registry/publicauth:LATEST",
        "registry/publicauth:main",
        "registry:5000/publicauth",
        "registry/publicauth@sha256:abc",
        "registry/publicauth:",
        "",
        None,
        7,
    ],
)
def test_refuses_an_image_that_is_not_pinned(refused: Judge, image: object) -> None:
    assert released(refused, image=image) == {"pins-every-image"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("ANYTHING", "AKIAIOSFODNN7EXAMPLE"),
        ("STRIPE", "sk_live_" + "a1B2c3D4" * 3),
        ("DATABASE_URL", "postgres://user:hunter22@db.test/connector"),
        ("SENTRY_DSN", "https://0123456789abcdef0123456789abcdef@sentry.test/1"),
        ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
        ("JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.trustStorePassword=changeit"),
        ("SESSION_ENCRYPTION_KEY", "abcdefghijklmnop"),
        ("SEED", "qX9vT2mZ7pLr4WcK8nYs3HbD6gJf1RtE"),
        ("HASH", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ],
)
def test_refuses_a_secret_in_plain_text(refused: Judge, name: str, value: str) -> None:
    variables = [{"name": name, "value": value}]
    assert released(refused, environment=variables) == {"writes-no-secret-in-plain-text"}


@pytest.mark.parametrize(
    "changes",
    [
        {"command": ["run", "--password=hunter2"]},
        {"entryPoint": ["AKIAIOSFODNN7EXAMPLE"]},
        {"dockerLabels": {"api_key": "hunter2"}},
    ],
)
def test_looks_for_secrets_beside_the_variables(refused: Judge, changes: Json) -> None:
    assert released(refused, **changes) == {"writes-no-secret-in-plain-text"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PASSWORD_RESET_URL", "https://selfservice.sandbox.pymnt.uk/reset"),
        ("TOKEN_LIFETIME", "3600"),
        ("SECRETS_ENABLED", "true"),
        ("TOKEN_TTL", "90m"),
        ("PUBLIC_AUTH_URL", "https://publicauth.test-12.pymnt.internal/v1/api/auth"),
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a"),
        ("SECURITY_GROUPS", "sg-0123456789abcdef0,sg-0fedcba9876543210"),
        ("SUBNETS", "subnet-0123456789abcdef0,subnet-0fedcba9876543210"),
        ("JAVA_OPTS", "-Xms512m -Dhttps.proxyHost=egress.test-12.pymnt.internal"),
        ("RUN", "6f1c1c52-7d55-4b0a-9b2e-2f9f1d6f0a11"),
    ],
)
def test_takes_no_ordinary_value_for_a_secret(refused: Judge, name: str, value: str) -> None:
    assert released(refused, environment=[{"name": name, "value": value}]) == set()


@pytest.mark.parametrize(
    "definitions", ["", "{}", "[]", "not json", '[{"image": "x:1"}]', '[{"name": 1}]', None, 7]
)
def test_refuses_container_definitions_that_it_cannot_read(
    refused: Judge, definitions: object
) -> None:
    task = change("aws_ecs_task_definition.task", None, {"container_definitions": definitions})
    assert found(refused, task) == {"writes-no-secret-in-plain-text", "pins-every-image"}


def test_refuses_container_definitions_that_are_known_only_after_apply(refused: Judge) -> None:
    task = task_definition([container()], [container()], unknown={"container_definitions": True})
    assert found(refused, task) == {"writes-no-secret-in-plain-text", "pins-every-image"}


@pytest.mark.parametrize("variables", [[{"value": "x"}], "x", [{"name": "A"}, {"name": "A"}], [7]])
def test_refuses_variables_that_are_no_pairs(refused: Judge, variables: object) -> None:
    assert released(refused, environment=variables) == {"writes-no-secret-in-plain-text"}


@pytest.mark.parametrize(
    "after",
    [
        {**READ, "Action": [*READ["Action"], "sqs:SendMessage"]},
        {**READ, "Action": ["sqs:*"]},
        {**READ, "Resource": ["*"]},
        {**READ, "Resource": ["arn:aws:sqs:x:y:*"]},
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": READ["Action"], "NotResource": "arn:aws:sqs:x:y:other"},
    ],
)
def test_refuses_a_statement_that_widens(refused: Judge, after: Json) -> None:
    widened = role_policy(policy(READ), policy(after))
    assert found(refused, OLD_ROLE, widened) == {"widens-no-iam-statement"}


@pytest.mark.parametrize(
    "after",
    [
        READ,
        {**READ, "Sid": "Other"},
        {**READ, "Action": "sqs:receivemessage"},
        {**READ, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}},
    ],
)
def test_lets_a_statement_narrow(refused: Judge, after: Json) -> None:
    assert found(refused, OLD_ROLE, role_policy(policy(READ), policy(after))) == set()


def test_refuses_to_drop_or_change_a_condition(refused: Judge) -> None:
    bound = {**READ, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}
    other = {**READ, "Condition": {"StringEquals": {"aws:SourceAccount": "2"}}}
    for after in (READ, other):
        widened = role_policy(policy(bound), policy(after))
        assert found(refused, OLD_ROLE, widened) == {"widens-no-iam-statement"}


def test_refuses_to_drop_a_denial(refused: Judge) -> None:
    denial = {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    widened = role_policy(policy(READ, denial), policy(READ))
    assert found(refused, OLD_ROLE, widened) == {"widens-no-iam-statement"}


def test_moving_a_grant_between_statements_widens_nothing(refused: Judge) -> None:
    one, two = ({**READ, "Action": action} for action in READ["Action"])
    assert found(refused, OLD_ROLE, role_policy(policy(READ), policy(one, two))) == set()


def test_a_new_policy_widens_a_role_that_exists(refused: Judge) -> None:
    new = role_policy(None, policy(READ))
    assert found(refused, OLD_ROLE, new) == {"widens-no-iam-statement"}
    assert found(refused, ROLE, new) == set()


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "*", "Resource": "*"},
        {"Action": "s3:*", "Resource": "*"},
        {"Action": "iam:PassRole", "Resource": "*"},
        {"NotAction": "iam:*", "Resource": "*"},
    ],
)
def test_refuses_a_new_role_that_may_everything(refused: Judge, statement: Json) -> None:
    new = role_policy(None, policy(statement))
    assert found(refused, ROLE, new) == {"widens-no-iam-statement"}


def test_refuses_a_role_that_anybody_may_assume(refused: Judge) -> None:
    trust = policy({"Action": "sts:AssumeRole", "Principal": "*"})
    anybody = change("aws_iam_role.task_role", None, {"name": "t", "assume_role_policy": trust})
    assert found(refused, anybody) == {"widens-no-iam-statement"}


def test_refuses_another_principal(refused: Judge) -> None:
    values = [
        {
            "name": "t",
            "assume_role_policy": policy(
                {"Action": "sts:AssumeRole", "Principal": {"Service": service}}
            ),
        }
        for service in ("ecs-tasks.amazonaws.com", ["ecs-tasks.amazonaws.com", "x.amazonaws.com"])
    ]
    wider = change("aws_iam_role.task_role", values[0], values[1])
    assert found(refused, wider) == {"widens-no-iam-statement"}
    narrower = change("aws_iam_role.task_role", values[1], values[0])
    assert found(refused, narrower) == set()


def test_the_key_policy_of_the_account_itself_is_no_wildcard(refused: Judge) -> None:
    root = {"AWS": "arn:aws:iam::555555555555:root"}
    own = policy({"Action": "kms:*", "Resource": "*", "Principal": root})
    assert found(refused, change("aws_kms_key.cde_key", None, {"policy": own})) == set()
    anybody = policy({"Action": "kms:*", "Resource": "*", "Principal": "*"})
    assert found(refused, change("aws_kms_key.cde_key", None, {"policy": anybody})) == {
        "widens-no-iam-statement"
    }


@pytest.mark.parametrize(
    "document", ["not json", "[]", "{}", '{"Statement": [7]}', '{"Statement": {"Effect": "?"}}']
)
def test_refuses_a_policy_that_it_cannot_read(refused: Judge, document: str) -> None:
    assert found(refused, OLD_ROLE, role_policy(policy(READ), document)) == {
        "widens-no-iam-statement"
    }


def test_refuses_a_policy_that_is_known_only_after_apply(refused: Judge) -> None:
    unknown = role_policy(policy(READ), policy(READ))
    unknown["change"] |= {"actions": ["update"], "after_unknown": {"policy": True}}
    assert found(refused, OLD_ROLE, unknown) == {"widens-no-iam-statement"}


@pytest.mark.parametrize(
    "changed",
    [
        change("aws_iam_user.deployer", None, {"name": "deployer"}),
        change("aws_iam_access_key.deployer", None, {"user": "deployer"}),
        change(
            "aws_iam_role_policy_attachment.admin",
            None,
            {"role": "task", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        change(
            "aws_iam_role.task_role",
            {"name": "task", "permissions_boundary": "arn:b"},
            {"name": "task", "permissions_boundary": None},
        ),
    ],
    ids=lambda changed: changed["address"],
)
def test_refuses_what_widens_beside_the_statements(refused: Judge, changed: Json) -> None:
    assert found(refused, changed) == {"widens-no-iam-statement"}
