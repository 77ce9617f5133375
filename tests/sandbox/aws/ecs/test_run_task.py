"""RunTask in the sandbox: containers, exit codes, client tokens, and what AWS refuses."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from tests.sandbox.aws.one_off_tasks import ACCOUNT, register

Client = Callable[[str], Any]


@pytest.fixture
def ecs(client: Client, server: Server) -> Iterator[Any]:
    yield client("ecs")
    server.administer("tasks", method="POST", body=[])


def make_role(client: Client, name: str, service: str = "ecs-tasks.amazonaws.com") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    return str(made["Role"]["Arn"])


@pytest.fixture
def request_(client: Client, unique: str, subnets: list[str]) -> dict[str, Any]:
    client("ecs").create_cluster(clusterName=unique)
    return {
        "cluster": unique,
        "taskDefinition": register(client, unique),
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": subnets}},
    }


def ended(ecs: Any, request_: Mapping[str, Any], arn: str) -> Any:
    """Return the task once it has stopped: each call of AWS is a step of its life."""
    seen = []
    for _ in range(9):
        [task] = ecs.describe_tasks(cluster=request_["cluster"], tasks=[arn])["tasks"]
        seen.append(task["lastStatus"])
        if task["lastStatus"] == "STOPPED":
            return task
    raise AssertionError(seen)


def test_a_task_ends_with_the_exit_code_of_each_container(
    ecs: Any, server: Server, request_: dict[str, Any], client: Client
) -> None:
    family = request_["cluster"]
    outcome = {"family": family, "exits": {"app": 3}, "logs": ["Liquibase: lock", "failed"]}
    server.administer("tasks", method="POST", body=[outcome])
    answer = ecs.run_task(**request_, startedBy="migrate/app/7")
    [task] = answer["tasks"]
    assert (task["lastStatus"], answer["failures"]) == ("PROVISIONING", [])
    assert [each.get("exitCode") for each in task["containers"]] == [None, None]
    task = ended(ecs, request_, task["taskArn"])
    assert {each["name"]: each["exitCode"] for each in task["containers"]} == {
        "app": 3,
        "nginx": 143,
    }
    assert task["stopCode"] == "EssentialContainerExited"
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["startedBy"] == "migrate/app/7"
    assert "stoppedAt" in task
    stream = f"migration/app/{task['taskArn'].rpartition('/')[2]}"
    events = client("logs").get_log_events(logGroupName=family, logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["Liquibase: lock", "failed"]
    listed = ecs.list_tasks(cluster=family, family=family, desiredStatus="STOPPED")
    assert listed["taskArns"] == [task["taskArn"]]


def test_a_task_that_cannot_start_has_a_reason_and_no_exit_code(
    ecs: Any, request_: dict[str, Any], client: Client
) -> None:
    client("logs").delete_log_group(logGroupName=request_["cluster"])
    [task] = ecs.run_task(**request_)["tasks"]
    task = ended(ecs, request_, task["taskArn"])
    assert task["stopCode"] == "TaskFailedToStart"
    assert "failed to validate logger args" in task["stoppedReason"]
    assert not any("exitCode" in each for each in task["containers"])


def test_no_capacity_is_a_failure_and_makes_no_task(
    ecs: Any, server: Server, request_: dict[str, Any]
) -> None:
    body = [{"family": request_["cluster"], "no_capacity": True}]
    server.administer("tasks", method="POST", body=body)
    answer = ecs.run_task(**request_)
    assert answer["tasks"] == []
    assert answer["failures"][0]["reason"].startswith("Capacity is unavailable at this time.")


def test_a_client_token_starts_one_task(ecs: Any, request_: dict[str, Any]) -> None:
    once = {**request_, "clientToken": f"token-{request_['cluster']}"}
    [first] = ecs.run_task(**once)["tasks"]
    [again] = ecs.run_task(**once)["tasks"]
    assert again["taskArn"] == first["taskArn"]
    with pytest.raises(ClientError, match="already in use with a different") as refused:
        ecs.run_task(**once, startedBy="somebody-else")
    assert refused.value.response["Error"]["Code"] == "ConflictException"
    [other] = ecs.run_task(**{**once, "clientToken": "another"})["tasks"]
    assert other["taskArn"] != first["taskArn"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"networkConfiguration": None}, "Network Configuration must be provided"),
        (
            {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}},
            "The subnet ID 'subnet-0' does not exist",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "connector"}]}},
            "Override for container named connector is not a container",
        ),
        ({"count": 11}, "count must be between 1 and 10"),
        ({"launchType": "EC2"}, "No Container Instances were found in your cluster"),
        ({"startedBy": "a b"}, "startedBy"),
        ({"taskDefinition": "unknown"}, "TaskDefinition not found"),
    ],
)
def test_refuses_what_aws_refuses(
    ecs: Any, request_: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    params = {name: value for name, value in {**request_, **change}.items() if value is not None}
    with pytest.raises(ClientError, match=message):
        ecs.run_task(**params)


def test_refuses_a_revision_that_is_no_longer_registered(
    ecs: Any, request_: dict[str, Any]
) -> None:
    ecs.deregister_task_definition(taskDefinition=request_["taskDefinition"])
    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        ecs.run_task(**request_)


def test_refuses_a_role_that_ecs_cannot_assume(
    ecs: Any, request_: dict[str, Any], client: Client, unique: str
) -> None:
    role = make_role(client, f"{unique}-role", "lambda.amazonaws.com")
    revision = register(client, f"{unique}-other", executionRoleArn=role)
    with pytest.raises(ClientError, match="ECS was unable to assume the role"):
        ecs.run_task(**{**request_, "taskDefinition": revision})
    good = make_role(client, f"{unique}-good")
    revision = register(client, f"{unique}-third", executionRoleArn=good)
    assert ecs.run_task(**{**request_, "taskDefinition": revision})["tasks"]
