"""The rules of EventBridge: each way has its topic, and what reaches none is kept and rings."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from pay.model import Environment
from pay.model.environment.account import Account, accounts
from pay.watching.routes import FindingRoutes
from pay.watching.ways import Route, routes
from tests.support.synthesised import Synthesised, rendered

QUEUE = {"arn": "${aws_sqs_queue.dead_letters.arn}"}


@pytest.fixture(scope="module")
def account(environments: Mapping[str, Environment]) -> Account:
    [account] = accounts([environments["sandbox"]])
    assert account.watching
    assert account.watching.decoys
    return account


@pytest.fixture(scope="module")
def stack(account: Account) -> Synthesised:
    watching = account.watching
    assert watching
    return rendered(lambda stack: FindingRoutes(stack, account, watching))


@pytest.fixture(scope="module")
def ways(account: Account, stack: Synthesised) -> list[tuple[Route, Any, Any]]:
    """Each way with its rule and its target."""
    resources = stack.document["resource"]
    rules = {
        each["name"]: (id, each) for id, each in resources["aws_cloudwatch_event_rule"].items()
    }
    targets = {each["rule"]: each for each in resources["aws_cloudwatch_event_target"].values()}
    found = []
    for route in routes(account):
        id, rule = rules.pop(f"{account.name}-findings-{route.name}")
        found.append((route, rule, targets.pop(f"${{aws_cloudwatch_event_rule.{id}.name}}")))
    assert (rules, targets) == ({}, {})
    return found


def test_each_way_is_open_and_listens_to_what_it_tells(
    ways: list[tuple[Route, Any, Any]],
) -> None:
    for route, rule, _ in ways:
        assert json.loads(rule["event_pattern"]) == json.loads(json.dumps(route.pattern))
        assert rule["state"] == route.state
        assert rule["state"].startswith("ENABLED")
        assert str(route.level) in rule["description"]


def test_only_reads_of_decoys_need_events_of_calls_that_read(
    ways: list[tuple[Route, Any, Any]],
) -> None:
    reading = {route.name: rule["state"] for route, rule, _ in ways if rule["state"] != "ENABLED"}
    assert reading == {"decoys": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}


def test_a_finding_reaches_the_topic_of_its_level_in_words(
    stack: Synthesised, account: Account, ways: list[tuple[Route, Any, Any]]
) -> None:
    assert account.watching
    topics = account.watching.topics
    for route, _, target in ways:
        lookup = target["arn"].removeprefix("${data.aws_sns_topic.").removesuffix(".arn}")
        assert stack.data("aws_sns_topic", lookup)["name"] == topics.of(route.level)
        words = target["input_transformer"]
        assert words["input_template"] == route.message.template
        assert words["input_paths"] == dict(route.message.paths)
    assert len(stack.document["data"]["aws_sns_topic"]) == len(topics.names())


def test_what_cannot_be_told_within_an_hour_is_kept(ways: list[tuple[Route, Any, Any]]) -> None:
    for _, _, target in ways:
        assert target["dead_letter_config"] == QUEUE
        assert target["retry_policy"]["maximum_event_age_in_seconds"] == 3600


def test_only_rules_of_findings_may_send_to_the_queue(stack: Synthesised, account: Account) -> None:
    queue = stack.resource("aws_sqs_queue", "dead_letters")
    [statement] = json.loads(queue["policy"])["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == ["sqs:SendMessage"]
    rules = account.arn("events", f"rule/{account.name}-findings-*")
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": rules}}
    assert statement["Resource"] == [account.arn("sqs", queue["name"])]


def test_eventbridge_may_use_the_queues_key_or_nothing_would_be_kept(stack: Synthesised) -> None:
    queue = stack.resource("aws_sqs_queue", "dead_letters")
    assert queue["kms_master_key_id"] == "${aws_kms_key.findings_key.arn}"
    key = stack.resource("aws_kms_key", "findings_key")
    assert key["enable_key_rotation"] is True
    statements = {each["Sid"]: each for each in json.loads(key["policy"])["Statement"]}
    assert statements["SendsFindings"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert statements["SendsFindings"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


def test_a_kept_finding_pages_somebody_at_any_hour(stack: Synthesised, account: Account) -> None:
    assert account.watching
    alarm = stack.resource("aws_cloudwatch_metric_alarm", "findings_alarm")
    [topic] = alarm["alarm_actions"]
    lookup = topic.removeprefix("${data.aws_sns_topic.").removesuffix(".arn}")
    assert stack.data("aws_sns_topic", lookup)["name"] == account.watching.topics.page
    assert (alarm["threshold"], alarm["datapoints_to_alarm"]) == (0, 1)
    assert "lifecycle" not in alarm
