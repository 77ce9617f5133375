"""The container of a task as a process: its variables, its lines, its exit code, and its end."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.sandbox.aws.one_off_tasks import ACCOUNT, register

Client = Callable[[str], Any]
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/govukpay/load-runner@sha256:{'0a' * 32}"
VARIABLES = {
    "SCENARIO": "pay-by-card",
    "BASE_URL": "https://publicapi.pay.example",
    "RATE_PER_SECOND": "1",
    "RAMP_SECONDS": "0",
    "DURATION_SECONDS": "4",
    "MAX_P95_MS": "9000",
    "MAX_FAILED_PERCENT": "1",
    "RESULTS_PREFIX": "load-tests/x",
}


@pytest.fixture
def request_(client: Client, unique: str, subnets: list[str]) -> dict[str, Any]:
    """A request for a task of the built-in runner of load tests."""
    secret = client("secretsmanager").create_secret(
        Name=unique, SecretString=json.dumps({"API_TOKEN": "stub-sandbox"})
    )
    client("s3").create_bucket(
        Bucket=unique, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client("ecs").create_cluster(clusterName=unique)
    log = {"awslogs-group": unique, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "load"}
    container = {
        "name": "load",
        "image": IMAGE,
        "essential": True,
        "environment": [{"name": "RESULTS_BUCKET", "value": unique}],
        "secrets": [{"name": "API_TOKEN", "valueFrom": f"{secret['ARN']}:API_TOKEN::"}],
        "logConfiguration": {"logDriver": "awslogs", "options": log},
    }
    return {
        "cluster": unique,
        "taskDefinition": register(client, unique, containerDefinitions=[container]),
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}},
    }


def started(client: Client, request_: Mapping[str, Any], **variables: str) -> str:
    pairs = [{"name": n, "value": value} for n, value in {**VARIABLES, **variables}.items()]
    overrides = {"containerOverrides": [{"name": "load", "environment": pairs}]}
    [task] = client("ecs").run_task(**request_, overrides=overrides)["tasks"]
    return str(task["taskArn"])


def seen(client: Client, request_: Mapping[str, Any], task: str, status: str) -> Any:
    """Return the task once it has a status."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        [found] = client("ecs").describe_tasks(cluster=request_["cluster"], tasks=[task])["tasks"]
        if found["lastStatus"] == status:
            return found
        time.sleep(0.3)
    raise AssertionError(found["lastStatus"])


def lines(client: Client, request_: Mapping[str, Any], task: str) -> list[str]:
    events = client("logs").get_log_events(
        logGroupName=request_["cluster"],
        logStreamName=f"load/load/{task.rpartition('/')[2]}",
        startFromHead=True,
    )["events"]
    return [event["message"] for event in events]


def test_a_runner_runs_as_a_process_and_leaves_its_results(
    client: Client, request_: dict[str, Any]
) -> None:
    task = started(client, request_)
    ended = seen(client, request_, task, "STOPPED")
    written = lines(client, request_, task)
    assert ended["containers"][0]["exitCode"] == 0, written
    assert ended["stopCode"] == "EssentialContainerExited"
    assert any('"Journeys"' in line for line in written)
    kept = client("s3").list_objects_v2(Bucket=request_["cluster"])["Contents"]
    assert [each["Key"] for each in kept] == [
        "load-tests/x/report.html",
        "load-tests/x/summary.json",
    ]


def test_its_exit_code_is_that_of_the_container(client: Client, request_: dict[str, Any]) -> None:
    task = started(client, request_, SCENARIO="pay-by-post")
    ended = seen(client, request_, task, "STOPPED")
    assert ended["containers"][0]["exitCode"] == 1
    assert "no scenario pay-by-post" in "\n".join(lines(client, request_, task))


def test_stopped_it_ends_by_itself(client: Client, request_: dict[str, Any]) -> None:
    task = started(client, request_, DURATION_SECONDS="600")
    seen(client, request_, task, "RUNNING")
    time.sleep(5)  # until it listens to signals
    client("ecs").stop_task(cluster=request_["cluster"], task=task, reason="enough")
    ended = seen(client, request_, task, "STOPPED")
    assert (ended["stopCode"], ended["stoppedReason"]) == ("UserInitiated", "enough")
    assert ended["containers"][0]["exitCode"] in (1, 143)
