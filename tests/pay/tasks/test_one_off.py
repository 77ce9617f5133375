"""Tasks of images of their own: what confines them, and what each may do."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS, SCHEDULED_HTTP, STREAM_S3_SQS
from pay.model import Environment
from pay.tasks.one_off import OneOff
from tests.support.synthesised import Synthesised, rendered

IDS = ("scheduled_http", "stream_s3_sqs")


@pytest.fixture(scope="module")
def stack(environments: Mapping[str, Environment]) -> Synthesised:
    environment = environments["production-2"]

    def build(stack: TerraformStack) -> None:
        key = KmsKey(stack, "key")
        for task in ONE_OFF_TASKS:
            OneOff(stack, task, environment=environment, key=key, stream_prefix="one-off")

    return rendered(build)


def definition(stack: Synthesised, id: str) -> Mapping[str, Any]:
    return stack.resource("aws_ecs_task_definition", f"{id}_task")


def container(stack: Synthesised, id: str) -> dict[str, Any]:
    [only] = json.loads(definition(stack, id)["container_definitions"])
    return dict(only)


@pytest.mark.parametrize("id", IDS)
def test_a_revision_stays_for_whoever_still_names_it(stack: Synthesised, id: str) -> None:
    found = definition(stack, id)
    assert found["skip_destroy"] is True
    assert (found["requires_compatibilities"], found["network_mode"]) == (["FARGATE"], "awsvpc")
    assert found["runtime_platform"]["operating_system_family"] == "LINUX"


@pytest.mark.parametrize("id", IDS)
def test_a_container_has_no_root_no_capability_and_one_path_to_write(
    stack: Synthesised, id: str
) -> None:
    found = container(stack, id)
    assert found["user"] not in ("", "root", "0", "0:0")
    assert found["readonlyRootFilesystem"] is True
    assert found["linuxParameters"]["capabilities"] == {"add": [], "drop": ["ALL"]}
    [mount] = found["mountPoints"]
    assert mount["containerPath"] == "/tmp"
    assert [each["name"] for each in definition(stack, id)["volume"]] == [mount["sourceVolume"]]


@pytest.mark.parametrize("id", IDS)
def test_lines_go_to_an_encrypted_group_of_its_own(stack: Synthesised, id: str) -> None:
    group = stack.resource("aws_cloudwatch_log_group", f"{id}_log")
    assert group["kms_key_id"] == "${aws_kms_key.key.arn}"
    assert group["retention_in_days"] >= 365
    options = container(stack, id)["logConfiguration"]["options"]
    assert options["awslogs-group"] == group["name"]
    assert options["awslogs-stream-prefix"] == "one-off"
    [logs] = (each for sid, each in starts(stack, id).items() if sid == "WriteLogs")
    assert [resource.endswith(f":{group['name']}:*") for resource in logs["Resource"]] == [True]


def starts(stack: Synthesised, id: str) -> dict[str, Any]:
    return stack.policy(f"{id}_execution_policy")


def test_ecs_may_pull_its_own_image_and_read_no_secret(stack: Synthesised) -> None:
    for id, task in zip(IDS, (SCHEDULED_HTTP, STREAM_S3_SQS), strict=True):
        own = starts(stack, id)
        assert not {"ReadSecrets", "DecryptSecrets", "ReadParameters"} & own.keys()
        [repository] = own["PullImages"]["Resource"]
        assert repository.endswith(f":repository/{task.repository}")


def test_a_task_without_rights_has_no_role(stack: Synthesised) -> None:
    assert "task_role_arn" not in definition(stack, "scheduled_http")
    assert "environment" not in container(stack, "scheduled_http")
    roles = {name for name in stack.document["resource"]["aws_iam_role"] if "scheduled" in name}
    assert roles == {"scheduled_http_execution_role"}


def test_a_task_may_use_its_queue_and_its_bucket_and_nothing_else(stack: Synthesised) -> None:
    found = definition(stack, "stream_s3_sqs")
    assert found["task_role_arn"] == "${aws_iam_role.stream_s3_sqs_task_role.arn}"
    rights = stack.policy("stream_s3_sqs_task_policy")
    queue = "${data.aws_sqs_queue.stream_s3_sqs_payment_event_queue"
    assert rights["SendMessages"]["Resource"] == [f"{queue}.arn}}"]
    assert "sqs:ReceiveMessage" not in rights["SendMessages"]["Action"]
    bucket = rights["UseUpdateTransactions"]
    assert bucket["Action"] == ["s3:GetObject"]
    assert bucket["Resource"] == ["arn:aws:s3:::pay-production-2-update-transactions/*"]
    assert rights.keys() == {"SendMessages", "EncryptMessages", "UseUpdateTransactions"}
    assert {each["name"]: each["value"] for each in container(stack, IDS[1])["environment"]} == {
        "CONSUMER_SQS_QUEUE_URL": f"{queue}.url}}",
        "PROVIDER_S3_BUCKET_NAME": "pay-production-2-update-transactions",
    }


def test_every_role_is_assumed_by_tasks_of_this_account_only(
    stack: Synthesised, environments: Mapping[str, Environment]
) -> None:
    for role in stack.document["resource"]["aws_iam_role"].values():
        [trust] = json.loads(role["assume_role_policy"])["Statement"]
        assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        account = environments["production-2"].account_id
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": account}
