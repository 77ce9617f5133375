"""A suppressed finding reaches nobody and is counted; others page, and it does after its end."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pay.model import Environment
from pay.model.environment.account import accounts
from pay.model.watching.accounts import Level, Road, Topics, Watching
from pay.model.watching.suppressions import Suppression, Tool
from pay.watching.suppressions import suppressions
from pay.watching.ways import routes
from rollout.suppressions.covered import Covered, covered
from rollout.suppressions.reopen import reopen
from rollout.suppressions.report import as_data, hints, mistakes
from sandbox.server.process import Server, launch
from sandbox.settings import Settings
from tests.support.synthesised import rendered

pytestmark = pytest.mark.slow

TODAY = datetime.now(UTC).date()
LAST = TODAY + timedelta(days=30)
HUB_TYPE, NOISY = "Execution:Runtime/NewBinaryExecuted", "Discovery:Runtime/SuspiciousCommand"


def entry(tool: Tool, finding: str, service: str, **more: Any) -> Suppression:
    return Suppression(
        tool=tool,
        finding=finding,
        environment="sandbox",
        service=service,
        severity="high",
        reason="The JVM unpacks its native library at each start.",
        owner="security lead of the platform team",
        expires=LAST,
        evidence=("1ab92989",),
        **more,
    )


ENTRIES = (
    entry(Tool.GUARDDUTY, HUB_TYPE, "connector", side="fargate"),
    entry(Tool.GUARDDUTY, NOISY, "connector", volume=True),
    entry(Tool.INSPECTOR, "CVE-2026-12345", "connector"),
)
RULE, FILTER, VULNERABILITY = ENTRIES


@dataclass(frozen=True)
class Account:
    """An account whose hub pages, with what the stack renders for ENTRIES."""

    server: Server
    environment: Environment
    inbox: str

    def arrive(self, tool: str, *findings: Any) -> None:
        place = {"account": self.environment.account_id, "region": self.environment.region}
        body = {**place, "tool": tool, "findings": list(findings)}
        self.server.administer("arrivals", method="POST", body=body)

    def runs(self, id_: str, service: str, type_: str = HUB_TYPE, side: str = "fargate") -> None:
        task = {
            "arn": f"arn:aws:ecs:{self.environment.region}:1:task/sandbox-{side}/{id_}",
            "group": f"service:{service}",
            "tags": [{"key": "Stack", "value": f"sandbox-{service}-{side}"}],
        }
        cluster = {"name": f"sandbox-{side}", "taskDetails": task}
        finding = {"id": id_, "type": type_, "severity": 8, "title": id_}
        self.arrive("guardduty", {**finding, "resource": {"ecsClusterDetails": cluster}})

    def scans(self, id_: str, repository: str) -> None:
        image = {"repositoryName": repository, "imageHash": "sha256:1"}
        resource = {"type": "AWS_ECR_CONTAINER_IMAGE", "id": id_}
        self.arrive(
            "inspector",
            {
                "id": id_,
                "title": id_,
                "severity": "HIGH",
                "packageVulnerabilityDetails": {"vulnerabilityId": VULNERABILITY.finding},
                "resources": [{**resource, "details": {"awsEcrContainerImage": image}}],
            },
        )

    def paged(self) -> list[str]:
        """Return the titles that reached the paging topic since the last look."""
        found = self.server.client("sqs").receive_message(
            QueueUrl=self.inbox, MaxNumberOfMessages=10
        )
        bodies = [json.loads(json.loads(each["Body"])["Message"]) for each in found["Messages"]]
        for each in found["Messages"]:
            self.server.client("sqs").delete_message(
                QueueUrl=self.inbox, ReceiptHandle=each["ReceiptHandle"]
            )
        return sorted(each["detail"]["findings"][0]["Title"] for each in bodies)

    def covered(self, today: date = TODAY) -> dict[str, Covered]:
        rows = covered(self.environment, ENTRIES, self.server.client, today)
        return {row.name: row for row in rows}

    def go_to(self, day: date) -> None:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        self.server.administer("clock", method="POST", body={"now": noon.timestamp()})


@pytest.fixture(scope="module")
def account(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Account]:
    topics = Topics(page="page", ticket="ticket", weekly="weekly")
    watching = Watching(administrator="standalone", road=Road.HUB, topics=topics)
    environment = environments["sandbox"].model_copy(update={"watching": watching})
    settings = Settings(account_id=environment.account_id, region=environment.region)
    server = launch(settings, log=tmp_path_factory.mktemp("suppressed") / "log", tied=True)
    server.client("securityhub").enable_security_hub()
    detector = server.client("guardduty").create_detector(Enable=True)["DetectorId"]
    inbox = _pages(server.client, environment)
    _make(server.client, detector)
    yield Account(server, environment, inbox)
    server.stop()


def _pages(client: Callable[[str], Any], environment: Environment) -> str:
    """Make the rule that pages, its topic, and a queue that is subscribed; return the queue."""
    (account,) = accounts([environment])
    (route,) = [each for each in routes(account) if each.name == f"hub-{Level.PAGE}"]
    admits = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [admits]})
    topic = client("sns").create_topic(Name="page", Attributes={"Policy": policy})["TopicArn"]
    queue: str = client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    client("events").put_rule(Name="page", EventPattern=route.event_pattern, State="ENABLED")
    client("events").put_targets(Rule="page", Targets=[{"Id": "page", "Arn": topic}])
    return queue


def _make(client: Callable[[str], Any], detector: str) -> None:
    """Make what the stack renders, as the provider calls AWS for it."""
    found = rendered(lambda stack: suppressions(stack, ENTRIES, detector_id=detector))
    resources = found.document["resource"]
    (rule,) = resources["aws_securityhub_automation_rule"].values()
    (action,) = rule["actions"]
    (update,) = action["finding_fields_update"]
    client("securityhub").create_automation_rule(
        RuleName=rule["rule_name"],
        RuleOrder=rule["rule_order"],
        Description=rule["description"],
        Criteria=_named(rule["criteria"][0], str.capitalize),
        Actions=[
            {
                "Type": action["type"],
                "FindingFieldsUpdate": {
                    "Note": _named(update["note"][0], str.capitalize),
                    "Workflow": _named(update["workflow"][0], str.capitalize),
                },
            }
        ],
    )
    (filter_,) = resources["aws_guardduty_filter"].values()
    client("guardduty").create_filter(
        DetectorId=detector,
        Name=filter_["name"],
        Action=filter_["action"],
        FindingCriteria={"Criterion": dict(map(_criterion, _criteria(filter_)))},
    )
    (suppressed,) = resources["aws_inspector2_filter"].values()
    criteria = suppressed["filter_criteria"]
    client("inspector2").create_filter(
        name=suppressed["name"],
        action=suppressed["action"],
        reason=suppressed["reason"],
        filterCriteria=_named(criteria[0] if isinstance(criteria, list) else criteria, str.lower),
    )


def _criteria(filter_: Mapping[str, Any]) -> Any:
    criteria = filter_["finding_criteria"]
    return (criteria[0] if isinstance(criteria, list) else criteria)["criterion"]


def _criterion(block: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if "equals" in block:
        return block["field"], {"Equals": block["equals"]}
    text = block["less_than"]
    is_moment = "T" in text
    number = datetime.fromisoformat(text).timestamp() * 1000 if is_moment else float(text)
    return block["field"], {"LessThan": int(number)}


def _named(value: Any, first: Callable[[str], str]) -> Any:
    """Return blocks of Terraform with the names of the API; `first` begins each."""
    if isinstance(value, list):
        return [_named(each, first) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {
        re.sub(r"_(.)", lambda match: match[1].upper(), first(key[0]) + key[1:]): _named(
            each, first
        )
        for key, each in value.items()
    }


def test_only_what_is_suppressed_reaches_nobody_and_it_is_counted(account: Account) -> None:
    account.runs("own", "connector")
    account.runs("other service", "ledger")
    account.runs("other side", "connector", side="ec2")
    account.runs("other type", "connector", "Execution:Runtime/NewLibraryLoaded")
    account.runs("noisy", "connector", NOISY)
    account.runs("noisy elsewhere", "ledger", NOISY)
    account.scans("in image", "govukpay/connector")
    account.scans("in other image", "govukpay/ledger")
    assert account.paged() == [
        "in other image",
        "noisy elsewhere",
        "other service",
        "other side",
        "other type",
    ]
    rows = account.covered()
    assert {row.entry: len(row.hits) for row in rows.values()} == dict.fromkeys(ENTRIES, 1)
    (shown, *_) = as_data(ENTRIES, rows.values(), TODAY)
    assert (shown["owner"], shown["reason"]) == (RULE.owner, RULE.reason)
    assert not list(mistakes(rows.values()))
    assert not list(hints(rows.values()))


def test_it_pages_after_its_end_without_a_deploy_and_what_it_covered_comes_back(
    account: Account,
) -> None:
    after = LAST + timedelta(days=1)
    account.go_to(LAST)
    account.runs("on the last day", "connector")
    account.go_to(after)
    account.runs("late", "connector")
    account.runs("late noise", "connector", NOISY)
    account.scans("late image", "govukpay/connector")
    assert account.paged() == ["late", "late image", "late noise"]
    rows = account.covered(after)
    wrong = [finding.gate for finding in mistakes(rows.values())]
    assert wrong == ["expires", "reopen", "expires", "reopen", "expires"]
    assert not rows[VULNERABILITY.name].to_reopen
    ended = len(rows[RULE.name].hits) + len(rows[FILTER.name].hits)
    assert reopen(rows.values(), account.server.client) == ended
    assert "on the last day" in account.paged()
    assert not any(row.to_reopen for row in account.covered(after).values())


def test_a_removed_suppression_leaves_what_it_covered(account: Account) -> None:
    account.go_to(TODAY)
    account.runs("left", "connector")
    (left,) = covered(account.environment, (), account.server.client, TODAY)
    (finding,) = mistakes([left])
    assert (left.name, finding.gate) == (RULE.name, "reopen")
    assert reopen([left], account.server.client) == 1


def test_one_that_covered_nothing_for_90_days_is_named(account: Account) -> None:
    later = TODAY + timedelta(days=100)
    unused = RULE.model_copy(update={"expires": later, "finding": "Impact:Runtime/CryptoMiner"})
    rows = covered(account.environment, (unused,), account.server.client, later)
    assert any("covered nothing in 90 days" in each for each in hints(rows))
