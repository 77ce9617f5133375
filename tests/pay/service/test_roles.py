"""Roles hold exactly what the catalogue says a service uses."""

from collections.abc import Mapping

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from tests.support.services import RUNNING_TASKS, at_stage, unwatched, watched
from tests.support.synthesised import SideOf, synthesise


def test_connector_receives_only_from_the_queues_that_it_consumes(side_of: SideOf) -> None:
    policy = side_of("connector", Side.FARGATE, Stage.HALF, "test-12").policy("task_policy")
    received = " ".join(policy["ReceiveMessages"]["Resource"])
    assert "capture_queue" in received
    assert "payment_event_queue" not in received
    assert "payment_event_queue" in " ".join(policy["SendMessages"]["Resource"])


def test_cardid_has_no_rights_but_to_write_metrics(side_of: SideOf) -> None:
    rights = set(side_of("cardid", Side.FARGATE, Stage.HALF, "test-12").policy("task_policy"))
    assert rights == {"WriteMetrics"}


def test_a_proxy_has_no_task_policy_at_all(side_of: SideOf) -> None:
    assert "aws_iam_role_policy.task_policy" not in side_of("egress", Side.EC2).addresses


def test_ledger_publishes_to_its_two_topics(side_of: SideOf) -> None:
    policy = side_of("ledger", Side.FARGATE, Stage.HALF, "test-12").policy("task_policy")
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
    side_of: SideOf, service: str, actions: list[str], through: list[str]
) -> None:
    statement = side_of(service, Side.FARGATE).policy("task_policy")["EncryptMessages"]
    assert statement["Action"] == actions
    via = [f"{name}.eu-west-1.amazonaws.com" for name in through]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": via}}


@pytest.mark.parametrize("service", RUNNING_TASKS)
def test_a_service_may_start_its_one_off_tasks_and_pass_only_their_roles(
    side_of: SideOf, environments: Mapping[str, Environment], service: str
) -> None:
    policy = side_of(service, Side.FARGATE, Stage.HALF, "test-12").policy("task_policy")
    assert policy["RunOneOffTasks"]["Action"] == ["ecs:RunTask"]
    assert policy["PassRolesOfOneOffTasks"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
    }
    account = environments["test-12"].account_id
    assert policy["PassRolesOfOneOffTasks"]["Resource"] == [
        f"arn:aws:iam::{account}:role/test-12_{run.family}-{role}"
        for run in CATALOGUE[service].task_runs
        for role in ("task", "execution")
    ]
    assert policy["RunOneOffTasks"]["Condition"] == {
        "ArnEquals": {"ecs:cluster": f"arn:aws:ecs:eu-west-1:{account}:cluster/test-12-fargate"}
    }


def test_the_execution_role_reads_only_the_services_own_and_shared_secrets(side_of: SideOf) -> None:
    policy = side_of("publicapi", Side.EC2).policy("execution_policy")
    assert policy["ReadSecrets"]["Resource"] == [
        "${data.aws_secretsmanager_secret.publicapi_secret.arn}",
        "${data.aws_secretsmanager_secret.shared_api_tokens_secret.arn}",
    ]


def test_the_execution_role_pulls_only_the_images_of_its_task(side_of: SideOf) -> None:
    policy = side_of("cardid", Side.EC2).policy("execution_policy")
    repositories = {arn.rsplit("repository/", 1)[1] for arn in policy["PullImages"]["Resource"]}
    assert repositories == {"govukpay/cardid", "govukpay/docker-nginx-proxy", "govukpay/adot"}


@pytest.mark.parametrize("side", Side)
def test_only_fargate_of_a_watched_account_pulls_guarddutys_agent(
    environments: Mapping[str, Environment], side: Side
) -> None:
    """Everything else of both sides stays what it was."""
    plain = unwatched(at_stage(environments["test-12"], "ledger", Stage.HALF))
    pattern = f"test-12-ledger-{side}"
    [before] = synthesise([plain], [pattern]).values()
    [after] = synthesise([watched(plain)], [pattern]).values()
    statements = after.policy("execution_policy")
    added = statements.pop("PullGuardDutyAgent", None)
    assert statements == before.policy("execution_policy")
    assert after.addresses == before.addresses
    if side is Side.EC2:
        assert (added, after.document) == (None, before.document)
        return
    assert added["Action"] == before.policy("execution_policy")["PullImages"]["Action"]
    repository = "arn:aws:ecr:eu-west-1:694911143906:repository/aws-guardduty-agent-fargate"
    assert added["Resource"] == [repository]
    others = [
        {
            type: {name: body for name, body in of_type.items() if name != "execution_policy"}
            for type, of_type in each.document["resource"].items()
        }
        for each in (before, after)
    ]
    assert others[0] == others[1]
