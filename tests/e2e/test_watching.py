"""An account that is watched, by the real Terraform against the sandbox: findings reach the topics
of the platform in words, and what reaches no topic rings an alarm.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pay.environments.suppressions import load_suppressions
from pay.model import Environment, Severity, stacks
from rollout.guard.rule import Context
from rollout.guard.verdict import judge
from rollout.plans.read import read_plans
from rollout.suppressions.covered import covered
from sandbox.control import tick
from sandbox.instance import Sandbox
from tests.conftest import ROOT, synthesise
from tests.e2e.conftest import Planned, plan, write_local_backend
from tests.support.finding_events import Event, basic_scan, read_secret, runtime, vulnerability
from tests.support.terraform_runs import Terraform

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

PLATFORM, WATCHING = (kind.stack_id("sandbox") for kind in (stacks.PLATFORM, stacks.WATCHING))
PAGE, TICKET, WEEKLY = "sandbox-alarms-critical", "sandbox-alarms-warning", "sandbox-findings"
LETTERS, ALARM = "sandbox-findings-dead-letter", "sandbox-findings"
SUPPRESSION = """
[[suppression]]
tool = "guardduty"
finding = "Execution:Runtime/NewBinaryExecuted"
environment = "sandbox"
service = "connector"
severity = "high"
reason = "The JVM unpacks its native library at each start."
owner = "security lead of the platform team"
expires = {expires}
evidence = ["finding-1"]
"""


@dataclass(frozen=True)
class Watched:
    """The account with the topics of its platform and its watching stack."""

    sandbox: Sandbox
    folder: Path
    ids: Iterator[int] = field(default_factory=count)

    def tell(self, event: Event) -> None:
        """Let a tool find something new; GuardDuty and Inspector send it to Security Hub."""
        body = event.body()
        tool = {"aws.guardduty": "guardduty", "aws.inspector2": "inspector"}.get(event.source)
        if tool is None:
            self.sandbox.server.administer("events", method="POST", body=body)
            return
        of_aws = (
            "arn",
            "findingArn",
            "createdAt",
            "updatedAt",
            "firstObservedAt",
            "lastObservedAt",
        )
        finding = {name: value for name, value in event.detail.items() if name not in of_aws}
        finding["id"] = f"finding-{next(self.ids)}"
        place = {name: body[name] for name in ("account", "region")}
        arrivals = {**place, "tool": tool, "findings": [finding]}
        self.sandbox.server.administer("arrivals", method="POST", body=arrivals)

    def apply(self, stack: Path) -> None:
        shutil.copy(stack / "cdk.tf", self.folder / WATCHING / "cdk.tf")
        terraform = Terraform("terraform", self.sandbox.environment_variables)
        terraform.run(self.folder / WATCHING, "apply", "-input=false", "-auto-approve")

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """Take and return what a queue has."""
        sqs = self.sandbox.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        taken = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])
        for each in taken:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return list(taken)

    def told(self) -> list[tuple[str, str]]:
        """Take and return each message with the topic that it reached."""
        return [
            (topic, json.loads(each["Body"])["Message"])
            for topic in (PAGE, TICKET, WEEKLY)
            for each in self.messages(f"{topic}-inbox")
        ]

    def planned(self) -> Planned:
        return plan(self.folder / WATCHING, self.sandbox.environment_variables)


@pytest.fixture(scope="module")
def watched(
    written: Path, environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watching")
    with Sandbox(environments["sandbox"]) as sandbox:
        terraform = Terraform("terraform", sandbox.environment_variables)
        topics = [f"-target=aws_sns_topic_policy.{each}_topic_policy" for each in Severity]
        for stack, targets in ((PLATFORM, topics), (WATCHING, [])):
            shutil.copytree(written / stack, folder / stack)
            write_local_backend(folder / stack)
            terraform.run(folder / stack, "init", "-input=false")
            terraform.run(folder / stack, "apply", "-input=false", "-auto-approve", *targets)
        for topic in (PAGE, TICKET, WEEKLY):
            queue = sandbox.client("sqs").create_queue(QueueName=f"{topic}-inbox")["QueueUrl"]
            sandbox.client("sns").subscribe(
                TopicArn=environments["sandbox"].arn("sns", topic),
                Protocol="sqs",
                Endpoint=environments["sandbox"].arn("sqs", queue.rpartition("/")[2]),
            )
        yield Watched(sandbox, folder)


def test_a_second_plan_is_empty(watched: Watched) -> None:
    assert watched.planned().counts == (0, 0, 0)


def test_the_guard_reads_a_real_plan(
    watched: Watched, environments: Mapping[str, Environment]
) -> None:
    folder = watched.folder / WATCHING
    terraform = Terraform("terraform", watched.sandbox.environment_variables)

    def refused() -> set[str]:
        terraform.run(folder, "plan", "-input=false", "-out=plan.bin")
        path = folder / "plan.json"
        path.write_text(terraform.run(folder, "show", "-json", "plan.bin"))
        plans = read_plans([path], environments)
        return {each.rule for each in judge(Context(plans, environments)).refused}

    rendered = folder / "cdk.tf"
    text = rendered.read_text()
    narrow = text.replace('Label = ["CRITICAL", "HIGH"]', 'Label = ["CRITICAL"]')
    assert narrow != text
    rendered.write_text(narrow)
    assert refused() == {"tells-findings-as-its-file-says"}
    rendered.write_text(text)
    assert refused() == set()


@pytest.mark.parametrize(
    ("event", "topic", "words"),
    [
        (runtime(8), PAGE, "task/sandbox-fargate/1; service: connector; side: fargate"),
        (runtime(7), PAGE, "pay findings close sandbox arn:aws:guardduty:"),
        (runtime(5), TICKET, "Execution:Runtime-NewBinaryExecuted, severity MEDIUM"),
        (runtime(2), WEEKLY, "First: docs/tasks/answer-a-finding.md"),
        (vulnerability("HIGH"), PAGE, "CVE-2026-1234 - openssl (Inspector"),
        (basic_scan(MEDIUM=2), TICKET, "govukpay/docker-nginx-proxy"),
        (read_secret("sandbox/canary"), PAGE, "somebody read the secret sandbox/canary"),
    ],
)
def test_a_finding_reaches_the_topic_of_its_level_once(
    watched: Watched, event: Event, topic: str, words: str
) -> None:
    watched.tell(event)
    [(reached, text)] = watched.told()
    assert reached == topic
    assert words in text


def alarm_state(watched: Watched) -> str:
    cloudwatch = watched.sandbox.client("cloudwatch")
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return str(alarm["StateValue"])


def test_a_topic_that_refuses_eventbridge_rings_the_alarm_on_dead_letters(
    watched: Watched,
) -> None:
    sns = watched.sandbox.client("sns")
    arn = watched.sandbox.environment.arn("sns", TICKET)
    policy = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
    narrow = json.loads(policy)
    narrow["Statement"] = [each for each in narrow["Statement"] if each["Sid"] == "SendsAlarms"]
    set_policy = {"TopicArn": arn, "AttributeName": "Policy"}
    sns.set_topic_attributes(**set_policy, AttributeValue=json.dumps(narrow))
    watched.tell(runtime(5))
    assert watched.told() == []
    tick(watched.sandbox.server, 360)
    assert alarm_state(watched) == "ALARM"
    [(topic, rung)] = watched.told()
    assert topic == PAGE
    assert json.loads(rung)["AlarmName"] == ALARM
    [letter] = watched.messages(LETTERS)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    assert "/finding/finding-" in json.loads(letter["Body"])["detail"]["findings"][0]["Id"]

    sns.set_topic_attributes(**set_policy, AttributeValue=policy)
    watched.tell(runtime(5))
    assert [reached for reached, _ in watched.told()] == [TICKET]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"FindingPublishingFrequency": "SIX_HOURS"}, "repeats findings by SIX_HOURS"),
        (
            {"Features": [{"Name": "RUNTIME_MONITORING", "Status": "DISABLED"}]},
            "has no RUNTIME_MONITORING: tasks run unwatched",
        ),
        ({"Enable": False}, "is DISABLED"),
    ],
)
def test_a_detector_that_sees_less_fails_the_plan(
    watched: Watched, change: dict[str, Any], sentence: str
) -> None:
    guardduty = watched.sandbox.client("guardduty")
    [detector] = guardduty.list_detectors()["DetectorIds"]
    guardduty.update_detector(DetectorId=detector, **change)
    assert sentence in watched.planned().sentence
    guardduty.update_detector(
        DetectorId=detector,
        Enable=True,
        FindingPublishingFrequency="FIFTEEN_MINUTES",
        Features=[{"Name": "RUNTIME_MONITORING", "Status": "ENABLED"}],
    )


def test_a_suppressed_finding_reaches_nobody_and_is_counted(
    watched: Watched, written: Path, tools: Mapping[str, str], tmp_path: Path
) -> None:
    environments = tmp_path / "environments"
    shutil.copytree(ROOT / "environments", environments)
    today = datetime.now(UTC).date()
    (environments / "suppressions.toml").write_text(
        SUPPRESSION.format(expires=today + timedelta(days=30))
    )
    out = tmp_path / "out"
    synthesise(out, tools, PAY_ENVIRONMENTS=str(environments), PAY_STACKS=WATCHING)
    watched.apply(out / "stacks" / WATCHING)
    assert watched.planned().counts == (0, 0, 0)

    watched.tell(runtime(8))
    watched.tell(runtime(8, service="ledger"))
    [(reached, text)] = watched.told()
    assert (reached, "service: ledger" in text) == (PAGE, True)
    here, client = watched.sandbox.environment, watched.sandbox.client
    entries = load_suppressions(environments, {"sandbox": here}, today)
    [row] = covered(here, entries, client, today)
    assert len(row.hits) == 1

    watched.apply(written / WATCHING)
    watched.tell(runtime(8))
    assert [reached for reached, _ in watched.told()] == [PAGE]
