"""Roles hold exactly what the catalogue says a service uses."""

import re
from collections.abc import Mapping

import pytest

from pay.model import Environment
from pay.model.stacks import known_stacks
from rollout.guard.new_policies import Kind, too_much
from rollout.plans.policies import statements_of
from tests.support.synthesised import Synthesised

Estate = Mapping[str, Synthesised]


def test_connector_receives_only_from_the_queues_that_it_consumes(estate: Estate) -> None:
    policy = estate["test-12-connector-fargate"].policy("task_policy")
    received = " ".join(policy["ReceiveMessages"]["Resource"])
    assert "capture_queue" in received
    assert "payment_event_queue" not in received
    assert "payment_event_queue" in " ".join(policy["SendMessages"]["Resource"])


def test_cardid_has_no_rights_but_to_write_metrics(estate: Estate) -> None:
    rights = set(estate["test-12-cardid-fargate"].policy("task_policy"))
    assert rights == {"WriteContainerMetrics", "WriteMetrics"}


def test_a_proxy_has_no_task_policy_at_all(estate: Estate) -> None:
    assert "aws_iam_role_policy.task_policy" not in estate["production-2-egress-ec2"].addresses


def test_ledger_publishes_to_its_two_topics(estate: Estate) -> None:
    policy = estate["test-12-ledger-fargate"].policy("task_policy")
    assert len(policy["PublishEvents"]["Resource"]) == 2


@pytest.mark.parametrize(
    ("service", "actions", "through"),
    [
        ("ledger", ["kms:Decrypt", "kms:GenerateDataKey"], ["sqs", "sns"]),
        ("connector", ["kms:Decrypt", "kms:GenerateDataKey"], ["sqs"]),
        ("webhooks", ["kms:Decrypt"], ["sqs"]),
    ],
)
def test_keys_of_messages_are_used_as_far_as_the_service_sends_or_receives(
    estate: Estate, service: str, actions: list[str], through: list[str]
) -> None:
    statement = estate[f"test-12-{service}-fargate"].policy("task_policy")["EncryptMessages"]
    assert statement["Action"] == actions
    via = [f"{name}.eu-west-1.amazonaws.com" for name in through]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": via}}


def test_toolbox_may_start_its_one_off_task_and_pass_only_its_roles(
    estate: Estate, environments: Mapping[str, Environment]
) -> None:
    policy = estate["test-12-toolbox-fargate"].policy("task_policy")
    assert policy["RunOneOffTasks"]["Action"] == ["ecs:RunTask"]
    assert policy["PassRolesOfOneOffTasks"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    account = environments["test-12"].account_id
    assert policy["PassRolesOfOneOffTasks"]["Resource"] == [
        f"arn:aws:iam::{account}:role/test-12_stream-s3-sqs-task",
        f"arn:aws:iam::{account}:role/test-12_stream-s3-sqs-execution",
    ]
    assert policy["RunOneOffTasks"]["Condition"] == {
        "ArnEquals": {"ecs:cluster": f"arn:aws:ecs:eu-west-1:{account}:cluster/test-12-fargate"}
    }


def test_the_execution_role_reads_only_the_services_own_and_shared_secrets(estate: Estate) -> None:
    policy = estate["production-2-publicapi-ec2"].policy("execution_policy")
    assert policy["ReadSecrets"]["Resource"] == [
        "${data.aws_secretsmanager_secret.publicapi_secret.arn}",
        "${data.aws_secretsmanager_secret.publicauth_secret.arn}",
    ]


def test_the_execution_role_pulls_only_the_images_of_its_task(estate: Estate) -> None:
    policy = estate["production-2-cardid-ec2"].policy("execution_policy")
    repositories = {arn.rsplit("repository/", 1)[1] for arn in policy["PullImages"]["Resource"]}
    assert repositories == {"govukpay/cardid", "govukpay/docker-nginx-proxy", "govukpay/adot"}


def test_the_guard_lets_a_new_role_have_whatever_the_stacks_give(
    estate: Estate, environments: Mapping[str, Environment]
) -> None:
    judged = {
        ("aws_iam_role_policy", "policy"): Kind.IDENTITY,
        ("aws_iam_role", "assume_role_policy"): Kind.TRUST,
    }
    seen = 0
    for stack in estate.values():
        known = known_stacks(environments)[stack.id]
        environment = environments[known.environment]
        own = f"arn:aws:sqs:eu-west-1:{environment.account_id}:looked-up"
        for (type, attribute), kind in judged.items():
            for values in stack.document.get("resource", {}).get(type, {}).values():
                # A lookup's ARN is known only to Terraform.
                statements = statements_of(re.sub(r"\$\{[^}]*\}", own, values[attribute]))
                assert list(too_much(statements, kind, environment, known.service)) == [], stack.id
                seen += len(statements)
    assert seen > 500
