"""Canaries have AWS's states, refuse what AWS refuses, and really run."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.smoke.archives import RUNTIME
from sandbox.server.process import Server

pytestmark = pytest.mark.slow

Client = Callable[[str], Any]
LONGEST_RUN_SECONDS = 60
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
OTHER_TRUST = json.dumps(TRUST).replace("lambda", "ec2")


def archive(script: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("nodejs/node_modules/a.js", f"exports.handler = async () => {{ {script} }};")
    return buffer.getvalue()


class Made:
    """A canary of a test."""

    def __init__(self, client: Client, name: str) -> None:
        self.synthetics, self.lambdas, self._iam = map(client, ("synthetics", "lambda", "iam"))
        self.name = name

    def create(self, script: str = "", trust: str = json.dumps(TRUST), **changes: Any) -> None:
        role = self._iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=trust)
        values: dict[str, Any] = {
            "Name": self.name,
            "Code": {"ZipFile": archive(script), "Handler": "a.handler"},
            "ArtifactS3Location": "s3://artefacts/a",
            "ExecutionRoleArn": role["Role"]["Arn"],
            "Schedule": {"Expression": "rate(0 minute)"},
            "RunConfig": {"TimeoutInSeconds": 60, "EnvironmentVariables": {"GREETING": "hello"}},
            "RuntimeVersion": RUNTIME,
        }
        self.synthetics.create_canary(**{**values, **changes})

    @property
    def described(self) -> dict[str, Any]:
        return dict(self.synthetics.get_canary(Name=self.name)["Canary"])

    @property
    def state(self) -> str:
        return str(self.described["Status"]["State"])

    @property
    def runs(self) -> list[dict[str, Any]]:
        return list(self.synthetics.get_canary_runs(Name=self.name)["CanaryRuns"])

    @property
    def functions(self) -> list[str]:
        listed = self.lambdas.list_functions()["Functions"]
        return [
            f["FunctionName"] for f in listed if f["FunctionName"].startswith(f"cwsyn-{self.name}-")
        ]

    def run(self) -> dict[str, Any]:
        """Start it, and return the run when it is listed."""
        before = len(self.runs)
        self.synthetics.start_canary(Name=self.name)
        until = time.monotonic() + LONGEST_RUN_SECONDS
        while len(self.runs) == before:
            assert time.monotonic() < until, "the run is not listed"
            time.sleep(0.2)
        return self.runs[0]


@pytest.fixture
def canary(client: Client, unique: str) -> Made:
    return Made(client, unique)


def refusal(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_it_is_created_runs_once_and_stands_still(canary: Made) -> None:
    canary.create("if (process.env.GREETING !== 'hello') throw new Error('no variable');")
    assert canary.state == "READY"
    assert canary.described["Schedule"]["Expression"] == "rate(0 hour)"
    assert "EnvironmentVariables" not in canary.described["RunConfig"]
    assert canary.described["ArtifactS3Location"] == "artefacts/a"
    run = canary.run()
    assert run["Status"]["State"] == "PASSED"
    assert run["Timeline"]["Started"] <= run["Timeline"]["Completed"]
    assert canary.state == "STOPPED"


def test_a_script_that_throws_fails_with_its_words(canary: Made) -> None:
    canary.create("throw new Error('it is broken');")
    status = canary.run()["Status"]
    assert (status["State"], status["StateReason"]) == ("FAILED", "it is broken")
    assert status["StateReasonCode"] == "CANARY_FAILURE"


def test_what_runs_is_neither_started_nor_changed_nor_deleted(canary: Made) -> None:
    canary.create("await new Promise((resolve) => setTimeout(resolve, 50000));")
    assert canary.state == "READY"
    canary.synthetics.start_canary(Name=canary.name)
    assert canary.state == "RUNNING"
    calls: tuple[Callable[[], object], ...] = (
        lambda: canary.synthetics.start_canary(Name=canary.name),
        lambda: canary.synthetics.update_canary(Name=canary.name, SuccessRetentionPeriodInDays=2),
        lambda: canary.synthetics.delete_canary(Name=canary.name),
    )
    for call in calls:
        with pytest.raises(ClientError) as error:
            call()
        assert refusal(error) == "ConflictException"
    canary.synthetics.stop_canary(Name=canary.name)
    assert canary.state == "STOPPED"
    assert canary.runs == []  # a run that was stopped is never recorded


def test_another_runtime_needs_code_and_is_not_deprecated(canary: Made) -> None:
    canary.create()
    assert canary.state == "READY"
    code = {"Code": {"ZipFile": archive(""), "Handler": "a.handler"}}
    newer = "syn-nodejs-puppeteer-16.1"
    with pytest.raises(ClientError, match="Code must be provided when updating to a different"):
        canary.synthetics.update_canary(Name=canary.name, RuntimeVersion=newer)
    with pytest.raises(ClientError, match="deprecated"):
        canary.synthetics.update_canary(
            Name=canary.name, RuntimeVersion="syn-nodejs-puppeteer-7.0", **code
        )
    canary.synthetics.update_canary(Name=canary.name, RuntimeVersion=newer, **code)
    assert canary.described["RuntimeVersion"] == newer


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"RuntimeVersion": "syn-nodejs-puppeteer-7.0"}, "deprecated"),
        ({"RuntimeVersion": "syn-nodejs-puppeteer-99.0"}, "doesn't exist"),
        ({"Schedule": {"Expression": "rate(2 hours)"}}, "Invalid schedule"),
        (
            {"Schedule": {"Expression": "rate(1 minute)"}, "RunConfig": {"TimeoutInSeconds": 61}},
            "can't be longer than the frequency",
        ),
        ({"RunConfig": {"EnvironmentVariables": {"A": 5000 * "a"}}}, "exceed 4096 bytes"),
        ({"ArtifactS3Location": "s3://with.period/a"}, "period"),
    ],
)
def test_refuses_what_aws_refuses(canary: Made, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ClientError, match=says):
        canary.create(**changes)


def test_a_role_that_lambda_cannot_assume_leaves_it_in_error(canary: Made) -> None:
    canary.create(trust=OTHER_TRUST)
    assert canary.state == "ERROR"
    with pytest.raises(ClientError, match="ConflictException"):
        canary.synthetics.start_canary(Name=canary.name)
    canary.synthetics.delete_canary(Name=canary.name)


@pytest.mark.parametrize(("deletes", "left"), [(True, 0), (False, 1)])
def test_its_function_stays_unless_it_is_deleted_with_it(
    canary: Made, deletes: bool, left: int
) -> None:
    canary.create()
    assert canary.state == "READY"
    assert len(canary.functions) == 1
    canary.synthetics.delete_canary(Name=canary.name, DeleteLambda=deletes)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        canary.synthetics.get_canary(Name=canary.name)
    assert len(canary.functions) == left


def test_a_schedule_runs_again_and_again_and_feeds_the_alarm(
    canary: Made, server: Server, client: Client
) -> None:
    canary.create("throw new Error('no');", Schedule={"Expression": "rate(1 minute)"})
    assert canary.state == "READY"
    canary.run()
    assert canary.state == "RUNNING"
    now = time.time()
    try:
        server.administer("clock", method="POST", body={"now": now + 61})
        until = time.monotonic() + LONGEST_RUN_SECONDS
        while len(canary.runs) < 2:
            assert time.monotonic() < until, "the second run is not listed"
            time.sleep(0.2)
        metric = {
            "Namespace": "CloudWatchSynthetics",
            "MetricName": "SuccessPercent",
            "Dimensions": [{"Name": "CanaryName", "Value": canary.name}],
        }
        asked = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
        answer = client("cloudwatch").get_metric_data(
            MetricDataQueries=[asked],
            StartTime=datetime.fromtimestamp(now - 600, UTC),
            EndTime=datetime.fromtimestamp(now + 600, UTC),
        )
        assert set(answer["MetricDataResults"][0]["Values"]) == {0.0}
        canary.synthetics.stop_canary(Name=canary.name)
    finally:
        server.administer("clock", method="POST", body={"now": time.time()})


def test_lists_runtimes_with_their_deprecation(client: Client) -> None:
    listed = client("synthetics").describe_runtime_versions()["RuntimeVersions"]
    by_name = {each["VersionName"]: each for each in listed}
    assert "DeprecationDate" not in by_name[RUNTIME]
    assert "DeprecationDate" in by_name["syn-nodejs-puppeteer-7.0"]


def test_tags_are_kept(canary: Made) -> None:
    canary.create(Tags={"Kind": "smoke"})
    arn = f"arn:aws:synthetics:eu-west-1:222222222222:canary:{canary.name}"
    canary.synthetics.tag_resource(ResourceArn=arn, Tags={"Stack": "s"})
    canary.synthetics.untag_resource(ResourceArn=arn, TagKeys=["Kind"])
    assert canary.synthetics.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"Stack": "s"}
