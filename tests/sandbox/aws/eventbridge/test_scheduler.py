"""EventBridge Scheduler in the sandbox: schedules fire by its clock, and what AWS refuses."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox

Client = Callable[[str], Any]
Tick = Callable[[str], None]

ACCOUNT, REGION = "222222222222", "eu-west-1"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/tasks"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/tasks"


BEFORE: set[str] = set()
"""The tasks of the tests before."""


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """Return a server with a clock of its own."""
    with empty_sandbox(SandboxSettings(account_id=ACCOUNT)) as started:
        yield started


@pytest.fixture(scope="module")
def aws(own_server: Server) -> Client:
    """Return the clients of an account with a cluster, a task, a queue and two roles."""
    client = own_server.client
    ec2, iam = client("ec2"), client("iam")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/20")
    client("ecs").create_cluster(clusterName="tasks")
    client("sqs").create_queue(QueueName="letters")
    client("scheduler").create_schedule_group(Name="tasks")
    trust(iam, "task-execution", "ecs-tasks.amazonaws.com", CLUSTER)
    trust(iam, "scheduler", "scheduler.amazonaws.com", GROUP)
    allow(iam)
    client("ecs").register_task_definition(
        family="call",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/task-execution",
        containerDefinitions=[{"name": "call", "image": "alpine:1", "essential": True}],
    )
    return client


def trust(iam: Any, name: str, service: str, source: str) -> None:
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": source}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)


def allow(iam: Any, *, without: str = "") -> None:
    """Write the policy of the schedules' role."""
    rights = {
        "ecs:RunTask": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/call:*",
        "iam:PassRole": f"arn:aws:iam::{ACCOUNT}:role/task-execution",
        "sqs:SendMessage": QUEUE,
    }
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": resource}
        for action, resource in rights.items()
        if action != without
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="scheduler", PolicyName="does", PolicyDocument=document)


@pytest.fixture
def tick(own_server: Server, aws: Client) -> Tick:
    """Return a function that sets the clock to a time in UTC and lets what is due happen."""

    def to(moment: str) -> None:
        now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        own_server.administer("clock", method="POST", body={"now": now.timestamp()})
        aws("sts").get_caller_identity()

    return to


@pytest.fixture
def schedule(aws: Client, own_server: Server) -> Iterator[Callable[..., None]]:
    """Return a function that makes a schedule, which is deleted after the test."""
    scheduler = aws("scheduler")
    BEFORE.update(task["taskArn"] for task in started(aws))

    def make(expression: str, *, target: Mapping[str, Any] | None = None, **more: Any) -> None:
        scheduler.create_schedule(**request(aws, expression, target or {}, **more))

    yield make
    for each in scheduler.list_schedules(GroupName="tasks")["Schedules"]:
        scheduler.delete_schedule(GroupName="tasks", Name=each["Name"])
    own_server.administer("tasks", method="POST", body=[])
    allow(aws("iam"))
    url = aws("sqs").get_queue_url(QueueName="letters")["QueueUrl"]
    for each in (
        aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ):
        aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])


def request(aws: Client, expression: str, target: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    [subnet] = aws("ec2").describe_subnets(
        Filters=[{"Name": "cidr-block", "Values": ["10.0.0.0/20"]}]
    )["Subnets"]
    network = {"awsvpcConfiguration": {"Subnets": [subnet["SubnetId"]]}}
    return {
        "Name": "a-call",
        "GroupName": "tasks",
        "ScheduleExpression": expression,
        "ScheduleExpressionTimezone": "Europe/London",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {
            "Arn": CLUSTER,
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/scheduler",
            "Input": json.dumps({"containerOverrides": [{"name": "call", "command": ["true"]}]}),
            "DeadLetterConfig": {"Arn": QUEUE},
            "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300},
            "EcsParameters": {
                "TaskDefinitionArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/call:1",
                "LaunchType": "FARGATE",
                "NetworkConfiguration": network,
            },
            **target,
        },
        **more,
    }


def started(aws: Client) -> list[Any]:
    """Return the tasks that the test's schedule has started and that ECS still knows."""
    ecs = aws("ecs")
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in ecs.list_tasks(cluster="tasks", desiredStatus=status)["taskArns"]
    ]
    tasks = ecs.describe_tasks(cluster="tasks", tasks=arns)["tasks"] if arns else []
    return [task for task in tasks if task["taskArn"] not in BEFORE]


def register_again(ecs: Any) -> str:
    """Return the ARN of a new revision, which is as the first one."""
    first = ecs.describe_task_definition(taskDefinition="call:1")["taskDefinition"]
    same = ("family", "networkMode", "requiresCompatibilities", "cpu", "memory", "executionRoleArn")
    made = ecs.register_task_definition(
        **{key: first[key] for key in same}, containerDefinitions=first["containerDefinitions"]
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def letters(aws: Client) -> list[dict[str, str]]:
    """Return the attributes of all dead letters."""
    sqs = aws("sqs")
    url = sqs.get_queue_url(QueueName="letters")["QueueUrl"]
    messages = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
    ).get("Messages", [])
    return [
        {name: value["StringValue"] for name, value in each["MessageAttributes"].items()}
        for each in messages
    ]


@pytest.mark.parametrize(
    ("before", "at", "later"),
    [
        ("2027-07-01T01:29:00", "2027-07-01T01:30:30", "2027-07-01T01:59:00"),
        ("2027-12-01T02:29:00", "2027-12-01T02:30:30", "2027-12-01T02:59:00"),
        # The night on which London's clocks go back has 01:30 twice.
        ("2028-10-29T02:29:00", "2028-10-29T02:30:30", "2028-10-29T03:31:00"),
    ],
)
def test_a_schedule_fires_once_at_its_local_time_in_summer_and_winter(
    before: str, at: str, later: str, aws: Client, tick: Tick, schedule: Callable[..., None]
) -> None:
    tick(before)
    schedule("cron(30 2 * * ? *)")
    assert started(aws) == []
    tick(at)
    [task] = started(aws)
    assert task["startedBy"] == "chronos-schedule/a-call"
    assert task["overrides"]["containerOverrides"][0]["command"] == ["true"]
    tick(later)
    assert {each["taskArn"] for each in started(aws)} <= {task["taskArn"]}


def test_a_disabled_schedule_does_not_fire_and_catches_nothing_up(
    aws: Client, tick: Tick, schedule: Callable[..., None]
) -> None:
    tick("2028-02-01T00:00:00")
    tick("2028-02-01T02:00:00")
    schedule("cron(0/10 * * * ? *)", State="DISABLED")
    tick("2028-02-01T05:05:00")
    assert started(aws) == []
    update = request(aws, "cron(0/10 * * * ? *)", {}, State="ENABLED")
    aws("scheduler").update_schedule(**update)
    tick("2028-02-01T05:09:00")
    assert started(aws) == []
    tick("2028-02-01T05:11:00")
    assert len(started(aws)) == 1


def test_a_start_without_capacity_is_tried_again_and_then_kept(
    aws: Client, tick: Tick, schedule: Callable[..., None], own_server: Server
) -> None:
    tick("2028-03-01T00:00:00")
    schedule("cron(0 1 * * ? *)")
    own_server.administer("tasks", method="POST", body=[{"family": "call", "no_capacity": True}])
    tick("2028-03-01T01:00:05")
    assert letters(aws) == []
    tick("2028-03-01T01:00:31")
    [letter] = letters(aws)
    assert letter["ERROR_CODE"] == "EcsTaskFailure"
    assert letter["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert letter["RETRY_ATTEMPTS"] == "2"
    assert letter["SCHEDULED_TIME"] == "2028-03-01T01:00:00Z"
    tick("2028-03-01T01:01:31")
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": "letters"}],
    }
    query = {"Id": "w", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}
    [measured] = aws("cloudwatch").get_metric_data(
        MetricDataQueries=[query],
        StartTime=datetime(2028, 3, 1, 1, tzinfo=UTC),
        EndTime=datetime(2028, 3, 1, 2, tzinfo=UTC),
    )["MetricDataResults"]
    assert measured["Values"] == [1.0]


def test_a_start_succeeds_at_a_second_attempt(
    aws: Client, tick: Tick, schedule: Callable[..., None], own_server: Server
) -> None:
    tick("2028-04-01T02:00:00")
    schedule("cron(0 4 * * ? *)")
    own_server.administer("tasks", method="POST", body=[{"family": "call", "no_capacity": True}])
    tick("2028-04-01T03:00:05")
    own_server.administer("tasks", method="POST", body=[])
    tick("2028-04-01T03:00:11")
    assert (len(started(aws)), letters(aws)) == (1, [])


@pytest.mark.parametrize("action", ["ecs:RunTask", "iam:PassRole"])
def test_a_role_without_a_right_keeps_the_call_at_once(
    action: str, aws: Client, tick: Tick, schedule: Callable[..., None]
) -> None:
    tick("2028-05-01T02:00:00")
    schedule("cron(0 4 * * ? *)")
    allow(aws("iam"), without=action)
    tick("2028-05-01T03:00:01")
    [letter] = letters(aws)
    assert letter["ERROR_CODE"] == "AccessDeniedException"
    assert f"not authorized to perform: {action}" in letter["ERROR_MESSAGE"]
    tick("2028-05-01T02:00:00")


def test_a_schedule_of_a_deregistered_revision_keeps_the_call(
    aws: Client, tick: Tick, schedule: Callable[..., None]
) -> None:
    tick("2028-05-20T02:00:00")
    revision = register_again(aws("ecs"))
    parameters = request(aws, "rate(1 hour)", {})["Target"]["EcsParameters"]
    schedule(
        "cron(0 4 * * ? *)",
        target={"EcsParameters": {**parameters, "TaskDefinitionArn": revision}},
    )
    aws("ecs").deregister_task_definition(taskDefinition=revision)
    tick("2028-05-20T03:00:01")
    [letter] = letters(aws)
    assert letter["ERROR_CODE"] == "ClientException"
    assert letter["ERROR_MESSAGE"] == "TaskDefinition is inactive"


def test_a_schedule_runs_the_revision_that_it_names_and_not_the_newest(
    aws: Client, tick: Tick, schedule: Callable[..., None]
) -> None:
    tick("2028-06-01T02:00:00")
    register_again(aws("ecs"))
    schedule("cron(0 4 * * ? *)")
    tick("2028-06-01T03:00:01")
    assert [task["taskDefinitionArn"].rpartition(":")[2] for task in started(aws)] == ["1"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ScheduleExpression": "cron(0 4 * * * *)"}, "Invalid Schedule Expression"),
        ({"ScheduleExpressionTimezone": "Europe/Londn"}, "Invalid Schedule Expression Timezone"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"GroupName": "nobody"}, "Schedule group nobody does not exist"),
        ({"Name": "a" * 65}, "1 to 64"),
    ],
)
def test_refuses_what_aws_refuses(
    change: dict[str, Any], message: str, aws: Client, schedule: Callable[..., None]
) -> None:
    params = {**request(aws, "cron(0 4 * * ? *)", {}), **change}
    with pytest.raises(Exception, match=message):
        aws("scheduler").create_schedule(**params)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/unknown"}, "to assume the role"),
        ({"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/task-execution"}, "to assume the role"),
        ({"EcsParameters": {"TaskDefinitionArn": CLUSTER, "TaskCount": 11}}, "TaskCount|range"),
        ({"RetryPolicy": {"MaximumEventAgeInSeconds": 59}}, "MaximumEventAgeInSeconds|range"),
        ({"Input": "{"}, "valid JSON"),
        ({"DeadLetterConfig": {"Arn": f"{QUEUE}.fifo"}}, "standard queue"),
        ({"Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"}, "starts ECS tasks and calls"),
    ],
)
def test_refuses_a_target(
    target: dict[str, Any], message: str, aws: Client, schedule: Callable[..., None]
) -> None:
    with pytest.raises(Exception, match=message):
        schedule("cron(0 4 * * ? *)", target=target)


def test_a_group_is_made_once_and_deleted_with_its_schedules(aws: Client) -> None:
    scheduler = aws("scheduler")
    with pytest.raises(ClientError, match="already exists"):
        scheduler.create_schedule_group(Name="tasks")
    with pytest.raises(ClientError, match="does not exist"):
        scheduler.delete_schedule_group(Name="unknown")
