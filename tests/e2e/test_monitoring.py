"""What watches a service, by the real Terraform against the sandbox: made, moved and destroyed in
the order that AWS asks for, and heard at the right topic.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.hcl.app import HclApp
from pay.hcl.schema import ProviderSchema
from pay.model import Environment, Severity, Side, Stage, names
from pay.model.alarms import Alarm, alarms
from pay.model.log_groups import log_group, log_groups
from pay.model.metrics import RUNNING_TASKS
from pay.model.monitoring.composites import SUPPRESSOR_WAIT_SECONDS
from pay.model.monitoring.log_alarms import log_alarms
from pay.model.monitoring.service_alarms import alarms_over_both
from pay.model.monitoring.stay import Stay
from pay.model.side import ServiceSide
from pay.model.stack_kind import Input
from pay.model.stacks import MONITORING, OVERVIEW
from sandbox.instance import Sandbox
from sandbox.settings import SandboxSettings
from stacks.estate import add_stack, planned_stacks
from tests.conftest import ROOT
from tests.support import aws_cli
from tests.support.plans import judged
from tests.support.services import at_stage
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SERVICES = ("connector", "egress")
BEGAN = datetime(2026, 11, 24, 9, 14, tzinfo=UTC)
NOTHING_TO_DO = "No changes."


@dataclass(frozen=True)
class Watching:
    """The monitoring stacks of two services, their neighbours made by hand."""

    environment: Environment
    sandbox: Sandbox
    terraform: Terraform
    folder: Path
    schema: ProviderSchema
    hours: Iterator[int] = field(default_factory=count)

    def stack(self, service: str | None) -> str:
        kind = MONITORING if service else OVERVIEW
        return kind.stack_id(self.environment.name, service)

    def write(self, stage: Stage) -> None:
        """Write the stacks as they are with both services at a stage."""
        moved = self.environment
        for service in SERVICES:
            moved = at_stage(moved, service, stage)
        wanted = [self.stack(service) for service in (None, *SERVICES)]
        app = HclApp(self.schema, outdir=self.folder / stage)
        stay = Stay(since=BEGAN, came=f"Since then: promoted to {stage}.")
        inputs = {Input.STAY: lambda *_: stay}
        for planned in planned_stacks({moved.name: moved}, inputs=inputs, patterns=wanted):
            add_stack(app, planned)
        app.synth()
        for stack in wanted:
            there = self.folder / stack
            there.mkdir(exist_ok=True)
            text = (self.folder / stage / "stacks" / stack / "cdk.tf").read_text()
            (there / "cdk.tf").write_text(text)
            (there / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
            if not (there / ".terraform").exists():
                self.run(stack, "init", "-input=false")

    def run(self, stack: str, *command: str) -> str:
        return self.terraform.run(self.folder / stack, *command, "-no-color")

    def apply(self, *services: str | None) -> None:
        for service in services:
            self.run(self.stack(service), "apply", "-input=false", "-auto-approve")

    def plan(self, service: str | None) -> str:
        return self.run(self.stack(service), "plan", "-input=false")

    def is_let_by_the_guard(self, service: str, stage: Stage, before: Stage) -> bool:
        """Return whether the guard lets a move's plan of what watches pass."""
        folder = self.folder / self.stack(service)
        document = self.terraform.plan(folder)
        moved, base = (at_stage(self.environment, service, each) for each in (stage, before))
        verdict = judged(self.folder / stage, [document], moved, base={moved.name: base})
        return verdict.is_clean

    def destroy(self, service: str | None) -> None:
        self.run(self.stack(service), "destroy", "-input=false", "-auto-approve")

    def set_clock(self, seconds: float) -> None:
        """Set the time of the sandbox's AWS, in seconds since the epoch."""
        self.sandbox.server.administer("clock", method="POST", body={"now": seconds})

    def begin_an_hour(self) -> int:
        """Set the clock to a whole hour after every test before, and return it."""
        start = (int(time.time()) // 3600 + 2 + 2 * next(self.hours)) * 3600
        self.set_clock(start)
        return start

    def client(self, service: str) -> Any:
        return self.sandbox.client(service)

    def names_of_alarms(self, kind: str) -> set[str]:
        answer = self.client("cloudwatch").describe_alarms(AlarmTypes=[kind])
        return {alarm["AlarmName"] for alarm in answer[f"{kind}s"]}


def make_neighbours(environment: Environment, sandbox: Sandbox) -> None:
    """Make what the stacks of the platform and of the sides would: log groups and alarms."""
    for service in map(CATALOGUE.__getitem__, SERVICES):
        for group in log_groups(environment.name, service):
            sandbox.client("logs").create_log_group(logGroupName=group.name)
        for side in Side:
            for alarm in alarms(ServiceSide(service, environment, side)):
                sandbox.client("cloudwatch").put_metric_alarm(
                    AlarmName=names.alarm(environment.name, service.name, side, alarm.name),
                    Namespace="Test",
                    MetricName="none",
                    Statistic="Sum",
                    Period=60,
                    EvaluationPeriods=1,
                    Threshold=1,
                    ComparisonOperator="GreaterThanThreshold",
                    TreatMissingData="ignore",
                )


@pytest.fixture(scope="module")
def watching(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watching]:
    environment = environments["sandbox"]
    for service in SERVICES:
        environment = at_stage(environment, service, Stage.HALF)
    folder = tmp_path_factory.mktemp("monitoring")
    schema = ProviderSchema.load(ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json")
    settings = SandboxSettings(wait_for_dns_changes=False)
    with Sandbox(environment, neighbours=True, settings=settings) as sandbox:
        make_neighbours(environment, sandbox)
        terraform = Terraform("terraform", sandbox.environment_variables)
        made = Watching(environment, sandbox, terraform, folder, schema)
        made.write(Stage.HALF)
        made.apply(None, *SERVICES)
        yield made


@pytest.fixture
def heard(watching: Watching) -> Iterator[Callable[[Severity], list[str]]]:
    """Return what a queue at a topic has heard: the alarm and its new state."""
    sns, sqs = watching.client("sns"), watching.client("sqs")
    queues = {}
    for severity in Severity:
        queues[severity] = sqs.create_queue(QueueName=f"heard-{severity}")["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=queues[severity], AttributeNames=["QueueArn"])
        sns.subscribe(
            TopicArn=watching.environment.arn(
                "sns", names.alarm_topic(watching.environment.name, severity)
            ),
            Protocol="sqs",
            Endpoint=asked["Attributes"]["QueueArn"],
        )

    def listen(severity: Severity) -> list[str]:
        answer = sqs.receive_message(QueueUrl=queues[severity], MaxNumberOfMessages=10)
        messages = [json.loads(each["Body"])["Message"] for each in answer.get("Messages", [])]
        return [f"{m['AlarmName']}: {m['NewStateValue']}" for m in map(json.loads, messages)]

    yield listen
    for queue in queues.values():
        sqs.delete_queue(QueueUrl=queue)


def ring(watching: Watching, state: str, *alarms: str) -> None:
    for name in alarms:
        watching.client("cloudwatch").set_alarm_state(
            AlarmName=name, StateValue=state, StateReason="test"
        )


def let_pass(watching: Watching, seconds: int) -> None:
    """Let the sandbox's AWS be so much later."""
    watching.set_clock(time.time() + seconds + 1)


def test_a_second_plan_is_empty(watching: Watching) -> None:
    for service in (None, *SERVICES):
        assert NOTHING_TO_DO in watching.plan(service), service


SIDES_OF_EGRESS = {Side.EC2: "sandbox-egress", Side.FARGATE: "sandbox-egress-fargate"}


@pytest.mark.parametrize("side", Side)
def test_every_line_is_sent_and_a_proxy_s_answers_are_counted_by_side(
    watching: Watching, side: Side
) -> None:
    logs = watching.client("logs")
    group = log_group("sandbox", CATALOGUE["egress"], "squid", side)
    [filter_] = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    assert filter_["destinationArn"].endswith(":deliverystream/sandbox-logs")
    assert filter_["filterPattern"] == ""
    counted = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert {each["filterName"] for each in counted} == {
        f"{SIDES_OF_EGRESS[side]}-{what}"
        for what in ("tunnels", "failed-tunnels", "denied-tunnels")
    }


def test_a_fault_of_one_side_is_heard_once_at_its_topic(
    watching: Watching, heard: Callable[[Severity], list[str]], block: str
) -> None:
    fault = names.alarm("sandbox", "connector", Side.FARGATE, "errors")
    well = [
        names.alarm("sandbox", "connector", side, alarm.name)
        for side in Side
        for alarm in alarms(ServiceSide(CATALOGUE["connector"], watching.environment, side))
    ]
    over_both = {
        name
        for service in SERVICES
        for name, alarm in alarms_over_both(CATALOGUE[service], watching.environment).items()
        if isinstance(alarm, Alarm)
    }
    ring(watching, "OK", *well, *over_both, "sandbox-platform-outage")
    for severity in Severity:
        heard(severity)
    aws_cli.run_block(block, watching.client, {"test-12": "sandbox"})
    assert heard(Severity.CRITICAL) == []
    let_pass(watching, SUPPRESSOR_WAIT_SECONDS)
    assert heard(Severity.CRITICAL) == ["sandbox-connector-rollback: ALARM"]
    assert heard(Severity.WARNING) == []
    ring(watching, "OK", fault)
    assert heard(Severity.CRITICAL) == ["sandbox-connector-rollback: OK"]


def test_an_outage_of_the_platform_is_heard_instead_of_the_faults_of_services(
    watching: Watching, heard: Callable[[Severity], list[str]]
) -> None:
    """No task runs for ten minutes. A fault of a service that lasts is heard five minutes later."""
    start = watching.begin_an_hour()

    def at(minute: int) -> list[str]:
        """Return what is heard of critical alarms when it is that minute."""
        watching.set_clock(start + 60 * minute)
        return heard(Severity.CRITICAL)

    ends = {"namespace": RUNNING_TASKS.namespace, "name": RUNNING_TASKS.name}
    running = [[start + 60 * minute, 0 if 0 <= minute < 10 else 99, 1] for minute in range(-20, 40)]
    rows = [
        {**ends, "dimensions": {"ClusterName": names.cluster("sandbox", side)}, "points": running}
        for side in Side
    ]
    watching.sandbox.server.administer("metrics", method="POST", body=rows)
    at(0)
    assert at(6) == ["sandbox-platform-outage: ALARM"]
    ring(watching, "ALARM", names.alarm("sandbox", "connector", Side.FARGATE, "errors"))
    assert at(9) == []
    assert at(14) == ["sandbox-platform-outage: OK"]
    assert at(30) == ["sandbox-connector-rollback: ALARM"]
    ring(watching, "OK", names.alarm("sandbox", "connector", Side.FARGATE, "errors"))
    assert at(31) == ["sandbox-connector-rollback: OK"]


@pytest.mark.parametrize(
    ("alarm", "bad", "good", "told"),
    [
        ("connector-dead-letters-capture", {"waiting": 1}, {}, "connector-dead-letters-capture"),
        (
            "connector-share",
            {"ec2_requests": 900, "fargate_requests": 3},
            {"ec2_requests": 450, "fargate_requests": 450},
            "connector-warning",
        ),
    ],
)
def test_an_alarm_over_both_sides_follows_its_metrics_and_its_topic_hears(
    watching: Watching,
    heard: Callable[[Severity], list[str]],
    alarm: str,
    bad: Mapping[str, float],
    good: Mapping[str, float],
    told: str,
) -> None:
    """The metrics are those that Terraform gave the alarm."""
    [made] = watching.client("cloudwatch").describe_alarms(AlarmNames=[f"sandbox-{alarm}"])[
        "MetricAlarms"
    ]
    single = {"Id": "waiting", "MetricStat": {"Metric": made, "Period": made.get("Period")}}
    queries = made.get("Metrics") or [single]
    watched = {q["Id"]: q["MetricStat"] for q in queries if "MetricStat" in q}
    period = next(stat["Period"] for stat in watched.values())
    minutes = period * made["EvaluationPeriods"] // 60 + 2
    start = watching.begin_an_hour()
    rows = [
        {
            "namespace": stat["Metric"]["Namespace"],
            "name": stat["Metric"]["MetricName"],
            "dimensions": {each["Name"]: each["Value"] for each in stat["Metric"]["Dimensions"]},
            "points": [
                [start + 60 * minute, (bad if minute < minutes else good).get(id, 0), 1]
                for minute in range(2 * minutes)
            ],
        }
        for id, stat in watched.items()
    ]
    watching.sandbox.server.administer("metrics", method="POST", body=rows)
    heard(Severity.WARNING)
    watching.set_clock(start + 60 * minutes)
    assert heard(Severity.WARNING) == [f"sandbox-{told}: ALARM"]
    watching.set_clock(start + 120 * minutes)
    assert heard(Severity.WARNING) == [f"sandbox-{told}: OK"]


def test_lines_of_a_proxy_s_log_ring_the_alarm_of_its_side(
    watching: Watching, heard: Callable[[Severity], list[str]]
) -> None:
    """squid answers, so no load balancer sees a fault. EC2's answers well all the time."""
    alarm = log_alarms(CATALOGUE["egress"], watching.environment)[-1]  # of Fargate
    minutes = alarm.period_seconds * alarm.evaluation_periods // 60 + 2
    logs, start = watching.client("logs"), watching.begin_an_hour()
    for first, code in ((0, 503), (minutes, 200)):
        watching.set_clock(start + 60 * (first + minutes))
        for side, answered in ((Side.EC2, 200), (Side.FARGATE, code)):
            group = log_group("sandbox", CATALOGUE["egress"], "squid", side)
            stream = {"logGroupName": group, "logStreamName": f"{side}/{start + first}"}
            logs.create_log_stream(**stream)
            line = f"{start}.5 74 10.0.0.1 TCP_TUNNEL/{answered} 95 CONNECT a:443 - DIRECT/b -"
            lines = [
                {"timestamp": (start + 60 * minute) * 1000 + number, "message": line}
                for minute in range(first, first + minutes)
                for number in range(60)
            ]
            for at in range(0, len(lines), 9000):
                logs.put_log_events(**stream, logEvents=lines[at : at + 9000])
        watching.set_clock(start + 60 * (first + minutes + 1))
        state = "ALARM" if code == 503 else "OK"
        assert heard(Severity.WARNING) == [f"sandbox-egress-fargate-failed-tunnels: {state}"]


def test_an_alarm_that_is_still_named_is_not_deleted(watching: Watching) -> None:
    cloudwatch = watching.client("cloudwatch")
    with pytest.raises(ClientError, match="composite alarm"):
        cloudwatch.delete_alarms(
            AlarmNames=[names.alarm("sandbox", "connector", Side.EC2, "errors")]
        )


def test_follows_the_stage_and_lets_a_side_go(watching: Watching) -> None:
    """Last, as it moves both services: to the next weight, to one record, and away."""
    watching.write(Stage.MOST)
    plan = watching.plan("connector")
    assert "Plan: 0 to add, 2 to change, 0 to destroy" in plan  # the dashboard, the alarm on shares
    assert watching.is_let_by_the_guard("connector", Stage.MOST, Stage.HALF)
    watching.apply(*SERVICES)
    assert NOTHING_TO_DO in watching.plan("connector")

    watching.write(Stage.DETACHED)
    watching.apply(*SERVICES)
    assert watching.names_of_alarms("CompositeAlarm") == set()
    assert NOTHING_TO_DO in watching.plan(None)
    of_ec2 = [
        names.alarm("sandbox", "connector", Side.EC2, alarm.name)
        for alarm in alarms(ServiceSide(CATALOGUE["connector"], watching.environment, Side.EC2))
    ]
    watching.client("cloudwatch").delete_alarms(AlarmNames=of_ec2)

    for service in (*SERVICES, None):
        watching.destroy(service)
    assert watching.client("cloudwatch").list_dashboards()["DashboardEntries"] == []
