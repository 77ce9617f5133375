"""What sleep needs of the sandbox: calls by universal targets, databases that take time."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.smoke.archives import RUNTIME
from rollout.aws.polling import Clock
from rollout.sleep import mover as moving
from rollout.sleep.mover import Mover
from rollout.sleep.parts import CanaryPart, PartGroup, Target
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings
from tests.support.warm_sandboxes import empty_sandbox

ACCOUNT, REGION = "222222222222", "eu-west-1"
GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/sleep"
UNIVERSAL = "arn:aws:scheduler:::aws-sdk"
START = datetime(2027, 1, 1, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Aws:
    """An account with a database, a queue of dead letters and the role of schedules."""

    def __init__(self, server: Server) -> None:
        self.server, self.now = server, START
        self.tick(timedelta())
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": GROUP}},
        }
        self("iam").create_role(RoleName="sleep", AssumeRolePolicyDocument=_document(trust))
        self.allow("rds:*", "cloudwatch:*", "sqs:SendMessage")
        self("sqs").create_queue(QueueName="letters")
        self("scheduler").create_schedule_group(Name="sleep")

    def __call__(self, service: str) -> Any:
        return self.server.client(service)

    def allow(self, *actions: str) -> None:
        statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*"}
        self("iam").put_role_policy(
            RoleName="sleep", PolicyName="does", PolicyDocument=_document(statement)
        )

    def tick(self, length: timedelta) -> None:
        self.now += length
        self.server.administer("clock", method="POST", body={"now": self.now.timestamp()})
        self("sts").get_caller_identity()

    def make(self, name: str, **more: Any) -> str:
        self("rds").create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.m6g.large",
            AllocatedStorage=20,
            MasterUsername="pay",
            ManageMasterUserPassword=True,
            MultiAZ=True,
            **more,
        )
        return name

    def instance(self, name: str) -> Mapping[str, Any]:
        [found] = self("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        return dict(found)

    def status(self, name: str) -> str:
        return str(self.instance(name)["DBInstanceStatus"])

    def schedule(self, name: str, target: str, input: Any, **more: Any) -> None:
        at = self.now + MINUTE
        self("scheduler").create_schedule(
            Name=name,
            GroupName="sleep",
            ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": f"{UNIVERSAL}:{target}",
                "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/sleep",
                "Input": json.dumps(input),
                "RetryPolicy": {"MaximumRetryAttempts": 20, "MaximumEventAgeInSeconds": 1800},
                "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"},
            },
            **more,
        )

    def letters(self) -> list[str]:
        """Take and return the error of each dead letter."""
        sqs, found = self("sqs"), []
        url = sqs.get_queue_url(QueueName="letters")["QueueUrl"]
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        for message in answer.get("Messages", ()):
            attributes = message["MessageAttributes"]
            found.append(
                f"{attributes['ERROR_CODE']['StringValue']}: "
                f"{attributes['ERROR_MESSAGE']['StringValue']}"
            )
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found


def _document(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with empty_sandbox(SandboxSettings(account_id=ACCOUNT)) as server:
        yield Aws(server)


@pytest.fixture
def database(aws: Aws, request: pytest.FixtureRequest) -> str:
    return aws.make(f"db-{abs(hash(request.node.name)) % 10**8}")


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_a_database_takes_time_to_stop_and_to_start(aws: Aws, database: str) -> None:
    rds, name = aws("rds"), {"DBInstanceIdentifier": database}
    assert refused(rds.start_db_instance, **name) == "InvalidDBInstanceState"
    rds.stop_db_instance(**name)
    assert aws.status(database) == "stopping"
    assert refused(rds.stop_db_instance, **name) == "InvalidDBInstanceState"
    assert refused(rds.start_db_instance, **name) == "InvalidDBInstanceState"
    aws.tick(MINUTE)
    assert aws.status(database) == "stopped"
    assert refused(rds.stop_db_instance, **name) == "InvalidDBInstanceState"
    rds.start_db_instance(**name)
    assert aws.status(database) == "starting"
    aws.tick(MINUTE)
    assert aws.status(database) == "available"


def test_after_seven_days_a_stopped_database_starts_by_itself(aws: Aws, database: str) -> None:
    aws("rds").stop_db_instance(DBInstanceIdentifier=database)
    aws.tick(MINUTE)
    assert aws.instance(database)["AutomaticRestartTime"] > aws.now + 6 * DAY
    aws.tick(7 * DAY - 2 * MINUTE)
    assert aws.status(database) == "stopped"
    aws.tick(2 * MINUTE)
    assert aws.status(database) == "available"
    assert "AutomaticRestartTime" not in aws.instance(database)


def test_neither_a_replica_nor_its_source_is_stopped(aws: Aws, database: str) -> None:
    rds, replica = aws("rds"), f"{database}-replica"
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=database
    )
    for name in (database, replica):
        code = refused(rds.stop_db_instance, DBInstanceIdentifier=name)
        assert code in ("InvalidDBInstanceState", "InvalidDBClusterStateFault")
        assert aws.status(name) == "available"


def test_a_schedule_calls_the_api_and_goes_after_its_one_time(aws: Aws, database: str) -> None:
    aws.schedule(
        "stop",
        "rds:stopDBInstance",
        {"DbInstanceIdentifier": database},
        ActionAfterCompletion="DELETE",
    )
    aws.tick(timedelta(seconds=59))
    assert aws.status(database) == "available"
    aws.tick(timedelta(seconds=2))
    assert aws.status(database) == "stopping"
    aws.tick(MINUTE)
    assert aws("scheduler").list_schedules(GroupName="sleep")["Schedules"] == []
    assert aws.letters() == []


def test_the_apis_own_spelling_of_a_key_ends_in_the_queue(aws: Aws, database: str) -> None:
    aws.schedule("misspelled", "rds:stopDBInstance", {"DBInstanceIdentifier": database})
    aws.tick(2 * MINUTE)
    assert aws.status(database) == "available"
    [letter] = aws.letters()
    assert "DbInstanceIdentifier" in letter


def test_what_is_stopped_is_tried_for_half_an_hour(aws: Aws, database: str) -> None:
    aws("rds").stop_db_instance(DBInstanceIdentifier=database)
    aws.schedule("again", "rds:stopDBInstance", {"DbInstanceIdentifier": database})
    aws.tick(5 * MINUTE)
    assert aws.letters() == []
    aws.tick(40 * MINUTE)
    assert [letter.partition(":")[0] for letter in aws.letters()] == ["InvalidDBInstanceState"]


def test_a_call_that_the_role_may_not_make_is_denied(aws: Aws, database: str) -> None:
    aws.allow("rds:StartDBInstance", "sqs:SendMessage")
    aws.schedule("denied", "rds:stopDBInstance", {"DbInstanceIdentifier": database})
    aws.tick(2 * MINUTE)
    aws.allow("rds:*", "cloudwatch:*", "sqs:SendMessage")
    assert aws.status(database) == "available"
    [letter] = aws.letters()
    assert letter.startswith("AccessDeniedException")


def test_alarms_stop_and_begin_to_notify(aws: Aws) -> None:
    cloudwatch = aws("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="quiet",
        Namespace="Pay",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )

    def notifies() -> bool:
        [alarm] = cloudwatch.describe_alarms(AlarmNames=["quiet"])["MetricAlarms"]
        return bool(alarm["ActionsEnabled"])

    for action, expected in (("disableAlarmActions", False), ("enableAlarmActions", True)):
        aws.schedule(action, f"cloudwatch:{action}", {"AlarmNames": ["quiet"]})
        aws.tick(2 * MINUTE)
        assert notifies() is expected
    aws.schedule("many", "cloudwatch:disableAlarmActions", {"AlarmNames": ["quiet"] * 101})
    aws.tick(2 * MINUTE)
    assert len(aws.letters()) == 1


def lead(aws: Aws, part: CanaryPart, target: Target) -> str:
    """Lead a canary to a target as `pay sleep` and `pay wake` do; return how it was left."""

    def groups(*_: object) -> tuple[PartGroup, ...]:
        return (PartGroup((part,), timedelta(seconds=5)),)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moving, "groups", groups)
        mover = Mover(None, aws, clock=Clock(poll_seconds=0))  # type: ignore[arg-type]
        [row] = mover.move(target)
    assert row.is_done
    return row.words


def test_a_canary_rests_and_runs_again_by_hand_and_by_schedules(aws: Aws) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = aws("iam").create_role(RoleName="canary", AssumeRolePolicyDocument=_document(trust))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as file:
        file.writestr("nodejs/node_modules/a.js", "exports.handler = async () => {};")
    synthetics, name = aws("synthetics"), "sleeps"
    synthetics.create_canary(
        Name=name,
        Code={"ZipFile": code.getvalue(), "Handler": "a.handler"},
        ArtifactS3Location="s3://artefacts/a",
        ExecutionRoleArn=role["Role"]["Arn"],
        Schedule={"Expression": "rate(1 hour)"},
        RuntimeVersion=RUNTIME,
    )
    part = CanaryPart(name, aws)

    def state() -> str:
        return str(synthetics.get_canary(Name=name)["Canary"]["Status"]["State"])

    for target, word in ((Target.AWAKE, "running"), (Target.ASLEEP, "stopped")) * 2:
        assert lead(aws, part, target) == word
        assert lead(aws, part, target) == word
    aws.allow("synthetics:*", "sqs:SendMessage")
    for action, expected in (("startCanary", "RUNNING"), ("stopCanary", "STOPPED")):
        aws.schedule(action, f"synthetics:{action}", {"Name": name})
        aws.tick(2 * MINUTE)
        state()  # the next call finds the state that it changes to
        assert state() == expected
    aws.allow("rds:*", "cloudwatch:*", "sqs:SendMessage")
    assert aws.letters() == []


@pytest.mark.parametrize(
    "target",
    [
        "rds:describeDBInstances",
        "cloudwatch:getMetricData",
        "ecs:listServices",
        "rds:StopDBInstance",
        "RDS:stopDBInstance",
        "rds:stopDbInstance",
        "rds:haltDBInstance",
        "rds:",
    ],
)
def test_refuses_a_universal_target_that_reads_or_that_no_sdk_has(aws: Aws, target: str) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        aws.schedule("wrong", target, {})
