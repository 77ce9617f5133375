"""What the catalogue declares is an ordinary change of a role; what it does not is refused."""

from collections.abc import Sequence
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.iam.document import Statement, policy_document
from pay.model import Environment, Side, Stage, names
from pay.model.rights.tasks import execution_rights
from pay.model.stacks import side_stack
from rollout.guard.needed_rights import does_the_work
from tests.rollout.guard.conftest import Judge
from tests.support.plans import ENVIRONMENT, PLATFORM, Json, change, plan

WIDENS = {"widens-no-iam-statement"}
WORKER, READER = "connector", "publicauth"
"""A service that sends and receives messages; one that reads a shared secret, too."""


def starts(environment: Environment, service: str, **more: Any) -> list[Statement]:
    """What an execution role may do, with ARNs as AWS has them."""
    secret = environment.arn(
        "secretsmanager", f"secret:{names.secret(ENVIRONMENT, service)}-Ab1cDe"
    )
    arns: dict[str, Any] = {
        "repositories": [environment.arn("ecr", f"repository/{names.repository(service)}")],
        "log_groups": [environment.arn("logs", f"log-group:{ENVIRONMENT}_app_{service}")],
        "secrets": [secret],
        "secret_keys": [environment.arn("kms", "key/11111111-1111-1111-1111-111111111111")],
        "parameters": [],
    }
    return execution_rights(environment, Side.EC2, **arns | more)


def role_policy(
    role: str, before: Sequence[Statement] | None, after: Sequence[Statement], **more: Any
) -> Json:
    was = None if before is None else {"role": role, "policy": policy_document(*before)}
    becomes = {"role": role, "policy": policy_document(*after)}
    return change("aws_iam_role_policy.policy", was, becomes, **more)


def refusals(refused: Judge, service: str, *changes: Json) -> set[str]:
    stack = side_stack(ENVIRONMENT, service, Side.EC2)
    return {refusal.rule for refusal in refused(plan(stack, *changes), stage=Stage.LEGACY)}


@pytest.mark.parametrize("service", [s for s in CATALOGUE if CATALOGUE[s].queues])
def test_lets_a_service_use_one_more_queue_that_the_catalogue_names(
    sandbox: Environment, refused: Judge, service: str
) -> None:
    role = names.task_role(ENVIRONMENT, service, Side.EC2)
    after = does_the_work(sandbox, service)
    for statement in after:
        before = [s for s in after if s is not statement]
        assert refusals(refused, service, role_policy(role, before, after)) == set()
    # Its first: the role exists, and had no policy.
    assert refusals(refused, service, role_policy(role, None, after)) == set()


def test_lets_tasks_start_with_one_more_secret_or_parameter(
    sandbox: Environment, refused: Judge
) -> None:
    role = names.execution_role(ENVIRONMENT, READER, Side.EC2)
    shared = sandbox.arn(
        "secretsmanager", f"secret:{names.shared_secret(ENVIRONMENT, 'api-tokens')}-Ab1cDe"
    )
    before = starts(sandbox, READER)
    own = before[3].resources
    after = starts(sandbox, READER, secrets=[*own, shared])
    assert refusals(refused, READER, role_policy(role, before, after)) == set()
    reader = next(name for name, each in CATALOGUE.items() if each.parameters)
    path = names.parameter_path(ENVIRONMENT, reader)
    parameter = sandbox.arn("ssm", f"parameter{path}{CATALOGUE[reader].parameters[0]}")
    role = names.execution_role(ENVIRONMENT, reader, Side.EC2)
    before = starts(sandbox, reader)
    after = starts(sandbox, reader, parameters=[parameter])
    assert refusals(refused, reader, role_policy(role, before, after)) == set()


@pytest.mark.parametrize(
    "more",
    [
        Statement("", ["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:555555555555:sandbox-other"]),
        Statement("", ["sqs:*"], ["arn:aws:sqs:eu-west-1:555555555555:sandbox-capture"]),
        Statement("", ["sqs:PurgeQueue"], ["arn:aws:sqs:eu-west-1:555555555555:sandbox-capture"]),
        Statement("", ["sqs:SendMessage"], ["*"]),
        Statement("", ["kms:Decrypt"], ["arn:aws:kms:eu-west-1:555555555555:key/*"]),
        Statement("", ["sns:Publish"], ["arn:aws:sns:eu-west-1:999999999999:sandbox-card"]),
    ],
)
def test_refuses_what_the_catalogue_does_not_name(
    sandbox: Environment, refused: Judge, more: Statement
) -> None:
    role = names.task_role(ENVIRONMENT, WORKER, Side.EC2)
    before = does_the_work(sandbox, WORKER)
    assert refusals(refused, WORKER, role_policy(role, before, [*before, more])) == WIDENS


@pytest.mark.parametrize(
    "secret",
    ["sandbox/connector-Ab1cDe", "sandbox/publicauth-*", "sandbox/publicauth-other-Ab1cDe", "*"],
)
def test_refuses_the_secret_of_another_service(
    sandbox: Environment, refused: Judge, secret: str
) -> None:
    role = names.execution_role(ENVIRONMENT, READER, Side.EC2)
    before = starts(sandbox, READER)
    secrets = [*before[3].resources, sandbox.arn("secretsmanager", f"secret:{secret}")]
    after = starts(sandbox, READER, secrets=secrets)
    assert refusals(refused, READER, role_policy(role, before, after)) == WIDENS


def test_refuses_the_rights_of_one_role_for_another(sandbox: Environment, refused: Judge) -> None:
    after = does_the_work(sandbox, WORKER)
    for role in (
        names.execution_role(ENVIRONMENT, WORKER, Side.EC2),
        names.task_role(ENVIRONMENT, WORKER, Side.FARGATE),
        "administrator",
    ):
        assert refusals(refused, WORKER, role_policy(role, [], after)) == WIDENS
    role = names.task_role(ENVIRONMENT, WORKER, Side.EC2)
    elsewhere = refused(plan(PLATFORM, role_policy(role, [], after)), stage=Stage.LEGACY)
    assert {refusal.rule for refusal in elsewhere} == WIDENS
