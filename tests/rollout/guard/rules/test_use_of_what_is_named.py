"""What the guard refuses of a revision that names what its roles may not use."""

from collections.abc import Sequence
from typing import Any

import pytest

from pay.iam.document import Statement, policy_document
from pay.model import Environment, Side, Stage, names
from pay.model.rights.tasks import execution_rights
from pay.model.stacks import side_stack
from rollout.guard.needed_rights import does_the_work
from tests.rollout.guard.conftest import Judge
from tests.support.plans import (
    ENVIRONMENT,
    REGISTRY,
    Json,
    change,
    container,
    plan,
    task_definition,
)

RULE = "may-use-what-it-names"
SERVICE = "connector"
STACK = side_stack(ENVIRONMENT, SERVICE, Side.EC2)
EXECUTION = names.execution_role(ENVIRONMENT, SERVICE, Side.EC2)
TASK_ROLE = names.task_role(ENVIRONMENT, SERVICE, Side.EC2)

SECRET = "arn:aws:secretsmanager:eu-west-1:555555555555:secret:sandbox/connector-AbCdEf"
SHARED = "arn:aws:secretsmanager:eu-west-1:555555555555:secret:sandbox/shared/other-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-west-1:555555555555:parameter/sandbox/connector/COLOUR"
KEY, OTHER_KEY = (f"arn:aws:kms:eu-west-1:555555555555:key/{number}" for number in (1, 2))
REPOSITORY = "arn:aws:ecr:eu-west-1:555555555555:repository/govukpay/connector"
QUEUES = "https://sqs.eu-west-1.amazonaws.com/555555555555"


def role_policy(role: str, statements: Sequence[Statement], **more: Any) -> Json:
    values = {"role": role, "policy": policy_document(*statements)}
    return change(f"aws_iam_role_policy.{role}", values, values, **more)


def starts(environment: Environment, **changes: Any) -> list[Statement]:
    arns: dict[str, Any] = {
        "repositories": [REPOSITORY],
        "log_groups": [environment.arn("logs", "log-group:sandbox_app_connector")],
        "secrets": [SECRET],
        "secret_keys": [KEY],
        "parameters": [PARAMETER],
    }
    return execution_rights(environment, Side.FARGATE, **arns | changes)


def reads(**sources: str) -> Json:
    return {"secrets": [{"name": name, "valueFrom": source} for name, source in sources.items()]}


def has(**values: str) -> Json:
    return {"environment": [{"name": name, "value": value} for name, value in values.items()]}


def release(before: Json, after: Json) -> Json:
    image = f"{REGISTRY}/{SERVICE}:7-release"
    return task_definition(
        *([{**container(SERVICE, image=image), "secrets": [], **each}] for each in (before, after))
    )


def looks_up(secret: str, key: str) -> Json:
    found = {
        "address": "data.aws_secretsmanager_secret.own",
        "mode": "data",
        "type": "aws_secretsmanager_secret",
        "values": {"arn": secret, "kms_key_id": key},
    }
    return {"values": {"root_module": {"resources": [found]}}}


def texts(refused: Judge, *changes: Json, stage: Stage = Stage.LEGACY, **more: Any) -> list[str]:
    refusals = refused(plan(STACK, *changes, **more), stage=stage)
    return [refusal.finding.saw for refusal in refusals if refusal.rule == RULE]


LOG: Json = {"logConfiguration": {"options": {"awslogs-group": "sandbox_nginx_connector"}}}


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (reads(A=f"{SHARED}:A::"), "does not allow secretsmanager:GetSecretValue"),
        (reads(A="/sandbox/connector/OTHER"), "does not allow ssm:GetParameters"),
        (reads(A=f"{PARAMETER}_OTHER"), "does not allow ssm:GetParameters"),
        ({"image": f"{REGISTRY}/other:7-release"}, "does not allow ecr:BatchCheck"),
        (LOG, "does not allow logs:CreateLogStream"),
        (
            {"repositoryCredentials": {"credentialsParameter": SHARED}},
            "does not allow secretsmanager:GetSecretValue",
        ),
    ],
)
def test_refuses_what_the_execution_role_may_not_read(
    refused: Judge, sandbox: Environment, named: Json, says: str
) -> None:
    (text,) = texts(refused, release({}, named), role_policy(EXECUTION, starts(sandbox)))
    assert says in text
    assert EXECUTION in text


def test_refuses_a_secret_under_a_key_that_the_role_may_not_use(
    refused: Judge, sandbox: Environment
) -> None:
    revision = release({}, reads(A=f"{SECRET}:A::"))
    policy = role_policy(EXECUTION, starts(sandbox))
    for key, expected in ((KEY, 0), (OTHER_KEY, 1)):
        found = texts(refused, revision, policy, prior_state=looks_up(SECRET, key))
        assert len(found) == expected


def test_refuses_a_right_that_is_denied(refused: Judge, sandbox: Environment) -> None:
    denied = Statement("", ["secretsmanager:*"], [SECRET], effect="Deny")
    policy = role_policy(EXECUTION, [*starts(sandbox), denied])
    (text,) = texts(refused, release({}, reads(A=f"{SECRET}:A::")), policy)
    assert "denies secretsmanager:GetSecretValue" in text


@pytest.mark.parametrize(
    ("values", "without", "expected"),
    [
        ({"Q": f"{QUEUES}/sandbox-capture"}, "SendMessages", 1),
        ({"Q": f"{QUEUES}/sandbox-capture"}, "", 0),
        ({"Q": f"{QUEUES}/sandbox-stranger"}, "", 1),
        ({"T": "arn:aws:sns:eu-west-1:555555555555:sandbox-stranger"}, "", 1),
        ({"B": "arn:aws:s3:::pay-sandbox-stranger"}, "", 1),
        ({"COLOUR": "red"}, "SendMessages", 0),
    ],
)
def test_refuses_what_the_task_role_may_not_use(
    refused: Judge, sandbox: Environment, values: dict[str, str], without: str, expected: int
) -> None:
    rights = [each for each in does_the_work(sandbox, SERVICE) if each.sid != without]
    revision = release(has(PORT="8080"), has(PORT="8080", **values))
    assert len(texts(refused, revision, role_policy(TASK_ROLE, rights))) == expected


def test_lets_a_revision_name_what_its_roles_may_use(refused: Judge, sandbox: Environment) -> None:
    named = {**reads(A=f"{SECRET}:A::", B=PARAMETER), **has(Q=f"{QUEUES}/sandbox-capture")}
    policies = (
        role_policy(EXECUTION, starts(sandbox)),
        role_policy(TASK_ROLE, does_the_work(sandbox, SERVICE)),
    )
    assert texts(refused, release({}, named), *policies) == []


def test_lets_the_right_come_in_the_same_plan(refused: Judge, sandbox: Environment) -> None:
    policy = role_policy(EXECUTION, starts(sandbox, secrets=[SECRET, SHARED]))
    policy["change"]["before"] = role_policy(EXECUTION, starts(sandbox))["change"]["before"]
    policy["change"]["actions"] = ["update"]
    assert texts(refused, release({}, reads(A=f"{SHARED}:A::")), policy) == []


def test_judges_neither_what_was_named_before_nor_roles_that_the_plan_does_not_know(
    refused: Judge, sandbox: Environment
) -> None:
    named = reads(A=f"{SHARED}:A::")
    policy = role_policy(EXECUTION, starts(sandbox))
    more = reads(A=f"{SHARED}:A::", B=f"{SHARED}:B::")
    assert texts(refused, release(named, more), policy) == []
    assert texts(refused, release({}, named)) == []
    unknown = {**policy, "change": {**policy["change"], "actions": ["update"]}}
    unknown["change"]["after_unknown"] = {"policy": True}
    assert texts(refused, release({}, named), unknown) == []
    managed = {"name": EXECUTION, "managed_policy_arns": ["arn:aws:iam::aws:policy/x"]}
    role = change("aws_iam_role.execution_role", managed, managed)
    assert texts(refused, release({}, named), policy, role) == []


def test_leaves_a_side_alone_that_nothing_reaches(refused: Judge, sandbox: Environment) -> None:
    fargate = side_stack(ENVIRONMENT, "publicauth", Side.FARGATE)
    role = names.execution_role(ENVIRONMENT, "publicauth", Side.FARGATE)
    plans = plan(fargate, release({}, reads(A=f"{SHARED}:A::")), role_policy(role, starts(sandbox)))
    for stage, expected in ((Stage.DARK, set()), (Stage.READY, {RULE})):
        assert {r.rule for r in refused(plans, stage=stage)} & {RULE} == expected
