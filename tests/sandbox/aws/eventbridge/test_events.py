"""EventBridge in the sandbox: events reach topics, or a dead-letter queue says why not."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.server.process import Server

Client = Callable[[str], Any]

ACCOUNT, REGION = "222222222222", "eu-west-1"
PATTERN = {"source": ["aws.guardduty"], "detail": {"severity": [{"numeric": [">=", 7]}]}}


def admits(action: str, **condition: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": action,
        "Resource": "*",
        **({"Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}} if condition else {}),
    }


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@dataclass(frozen=True)
class Route:
    """A rule with a topic, to which a queue is subscribed, and a queue of dead letters."""

    name: str
    client: Client
    server: Server
    inbox: str
    letters: str

    @property
    def topic(self) -> str:
        return f"arn:aws:sns:{REGION}:{ACCOUNT}:{self.name}"

    def publish(self, **detail: Any) -> None:
        body = {"account": ACCOUNT, "region": REGION, "source": "aws.guardduty"}
        more = {"detail_type": "GuardDuty Finding", "detail": {"rule": self.name, **detail}}
        self.server.administer("events", method="POST", body=body | more)

    def read(self, queue: str) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(
            QueueUrl=queue, MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        return list(answer.get("Messages", ()))

    def told(self) -> list[str]:
        return [json.loads(each["Body"])["Message"] for each in self.read(self.inbox)]

    def metric(self, name: str) -> float:
        now = time.time()
        metric = {
            "Namespace": "AWS/Events",
            "MetricName": name,
            "Dimensions": [{"Name": "RuleName", "Value": self.name}],
        }
        [answer] = self.client("cloudwatch").get_metric_data(
            StartTime=now - 3600,
            EndTime=now + 60,
            MetricDataQueries=[
                {"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
            ],
        )["MetricDataResults"]
        return float(sum(answer["Values"]))


@pytest.fixture
def route(client: Client, server: Server, unique: str) -> Iterator[Route]:
    sqs, sns, events = client("sqs"), client("sns"), client("events")
    inbox = sqs.create_queue(QueueName=f"{unique}-inbox")["QueueUrl"]
    letters = sqs.create_queue(
        QueueName=f"{unique}-letters", Attributes={"Policy": policy(admits("sqs:SendMessage"))}
    )["QueueUrl"]
    made = Route(unique, client, server, inbox, letters)
    sns.create_topic(Name=unique, Attributes={"Policy": policy(admits("sns:Publish"))})
    sns.subscribe(
        TopicArn=made.topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{unique}-inbox",
    )
    detail = {**PATTERN["detail"], "rule": [unique]}  # type: ignore[dict-item]
    events.put_rule(Name=unique, EventPattern=json.dumps({**PATTERN, "detail": detail}))
    target = {
        "Id": "topic",
        "Arn": made.topic,
        "InputTransformer": {
            "InputPathsMap": {"type": "$.detail.type"},
            "InputTemplate": '"found <type>"',
        },
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{unique}-letters"},
    }
    events.put_targets(Rule=unique, Targets=[target])
    yield made
    events.remove_targets(Rule=unique, Ids=["topic"])
    events.delete_rule(Name=unique)


def test_an_event_reaches_the_topic_in_the_words_of_the_template(route: Route) -> None:
    route.publish(severity=6.9, type="too small")
    route.publish(severity=7, type="Execution")
    assert route.told() == ['"found Execution"']
    assert route.metric("Invocations") == 1
    assert route.metric("FailedInvocations") == 0


def test_a_disabled_rule_sends_nothing(route: Route) -> None:
    route.client("events").disable_rule(Name=route.name)
    route.publish(severity=8)
    assert not route.told()


@pytest.mark.parametrize("state", ["ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"])
def test_calls_that_read_need_a_rule_that_asks_for_them(route: Route, state: str) -> None:
    events = route.client("events")
    pattern = {"source": ["aws.secretsmanager"], "detail": {"rule": [route.name]}}
    events.put_rule(Name=route.name, EventPattern=json.dumps(pattern), State=state)
    body = {"account": ACCOUNT, "region": REGION, "source": "aws.secretsmanager"}
    detail = {"rule": route.name, "eventName": "GetSecretValue", "readOnly": True}
    more = {"detail_type": "AWS API Call via CloudTrail", "detail": detail}
    route.server.administer("events", method="POST", body=body | more)
    assert bool(route.told()) is (state != "ENABLED")


def refuses_publishing(route: Route) -> None:
    route.client("sns").set_topic_attributes(
        TopicArn=route.topic,
        AttributeName="Policy",
        AttributeValue=policy(admits("sns:Subscribe")),
    )


def asks_for_the_account(route: Route) -> None:
    """EventBridge says no source to SNS (EventBridge user guide, "Amazon SNS permissions")."""
    route.client("sns").set_topic_attributes(
        TopicArn=route.topic,
        AttributeName="Policy",
        AttributeValue=policy(admits("sns:Publish", only="account")),
    )


def has_the_default_policy(route: Route) -> None:
    route.client("sns").delete_topic(TopicArn=route.topic)
    route.client("sns").create_topic(Name=route.name)


def has_a_key_of_others(route: Route) -> None:
    key = route.client("kms").create_key()["KeyMetadata"]["Arn"]
    route.client("sns").set_topic_attributes(
        TopicArn=route.topic, AttributeName="KmsMasterKeyId", AttributeValue=key
    )


def is_deleted(route: Route) -> None:
    route.client("sns").delete_topic(TopicArn=route.topic)


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        (refuses_publishing, "NO_PERMISSIONS"),
        (asks_for_the_account, "NO_PERMISSIONS"),
        (has_the_default_policy, "NO_PERMISSIONS"),
        (has_a_key_of_others, "NO_PERMISSIONS"),
        (is_deleted, "NO_RESOURCE"),
    ],
)
def test_what_a_topic_does_not_take_is_a_dead_letter(
    route: Route, topic: Callable[[Route], None], code: str
) -> None:
    topic(route)
    route.publish(severity=8, type="Execution")
    assert not route.told()
    [letter] = route.read(route.letters)
    assert json.loads(letter["Body"])["detail"]["type"] == "Execution"
    attributes = {k: v["StringValue"] for k, v in letter["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == code
    assert attributes["RULE_ARN"].endswith(f":rule/{route.name}")
    assert attributes["TARGET_ARN"] == route.topic
    assert route.metric("FailedInvocations") == route.metric("InvocationsSentToDlq") == 1


def test_a_queue_that_does_not_admit_eventbridge_loses_the_letter(route: Route) -> None:
    refuses_publishing(route)
    closed = policy(admits("sqs:ReceiveMessage"))
    sqs = route.client("sqs")
    sqs.set_queue_attributes(QueueUrl=route.letters, Attributes={"Policy": closed})
    route.publish(severity=8)
    assert not route.read(route.letters)
    assert route.metric("InvocationsFailedToBeSentToDlq") == 1


def test_nobody_speaks_for_aws(client: Client) -> None:
    [entry] = client("events").put_events(
        Entries=[{"Source": "aws.guardduty", "DetailType": "GuardDuty Finding", "Detail": "{}"}]
    )["Entries"]
    assert entry["ErrorCode"] == "NotAuthorizedForSourceException"


def test_events_of_applications_are_brought_to_the_bus(route: Route) -> None:
    route.client("events").put_rule(
        Name=route.name, EventPattern=json.dumps({"source": [route.name]})
    )
    answer = route.client("events").put_events(
        Entries=[
            {"Source": route.name, "DetailType": "x", "Detail": '{"type": "own"}'},
            {"Source": route.name, "DetailType": "x", "Detail": "[]"},
            {"Source": route.name, "Detail": "{}"},
        ]
    )
    assert answer["FailedEntryCount"] == 2
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        "MalformedDetail",
        "InvalidArgument",
    ]
    assert route.told() == ['"found own"']


@pytest.mark.parametrize(
    "target",
    [
        {"Id": "1", "Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:a.fifo"},
        {"Id": "1", "Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:a"},
        {"Id": "1", "Arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:a", "Input": "1", "InputPath": "$.a"},
    ],
)
def test_targets_that_cannot_be_are_refused(route: Route, target: dict[str, str]) -> None:
    with pytest.raises(ClientError, match=r"FIFO|SNS and SQS only|Only one of"):
        route.client("events").put_targets(Rule=route.name, Targets=[target])


def test_patterns_that_cannot_be_are_refused(route: Route) -> None:
    pattern = '{"detail": {"severity": [{"numeric": ["=>", 7]}]}}'
    with pytest.raises(ClientError, match="Unrecognized numeric range operator"):
        route.client("events").put_rule(Name=route.name, EventPattern=pattern)
