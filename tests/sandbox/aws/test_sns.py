"""SNS in the sandbox: a subscriber confirms before it counts, and `pay doctor` says who did not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pay.model import Environment, Severity, names
from rollout.doctor.line import DoctorLine, DoctorVerdict
from rollout.doctor.topics import topic_lines

Client = Callable[[str], Any]
CRITICAL = 0


def lines(environment: Environment, client: Client) -> list[DoctorLine]:
    return list(topic_lines(environment, client))


def test_a_topic_without_a_confirmed_subscriber_is_found(
    client: Client, unique: str, environments: Mapping[str, Environment]
) -> None:
    changes = {"name": unique, "account_id": "222222222222"}
    environment = environments["test-12"].model_copy(update=changes)
    sns = client("sns")
    assert {line.verdict for line in lines(environment, client)} == {DoctorVerdict.NOT_SHOWN}
    for severity in Severity:
        topic = sns.create_topic(Name=names.alarm_topic(unique, severity))["TopicArn"]
    assert [line.verdict for line in lines(environment, client)] == [DoctorVerdict.FAILS] * 2
    topic = environment.arn("sns", names.alarm_topic(unique, Severity.CRITICAL))

    paging = {"TopicArn": topic, "Protocol": "https", "Endpoint": "https://paging.example/key"}
    assert sns.subscribe(**paging)["SubscriptionArn"] == "pending confirmation"
    arn = sns.subscribe(**paging, ReturnSubscriptionArn=True)["SubscriptionArn"]
    [listed] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    line = lines(environment, client)[CRITICAL]
    assert (line.verdict, line.shown) == (
        DoctorVerdict.FAILS,
        f"0 of 1 subscribers of {unique}-alarms-critical confirmed",
    )

    with pytest.raises(ClientError, match="Invalid token"):
        sns.confirm_subscription(TopicArn=topic, Token="wrong")
    token = arn.rpartition(":")[2]
    assert sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"] == arn
    [listed] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed["SubscriptionArn"] == arn
    assert lines(environment, client)[CRITICAL].verdict is DoctorVerdict.OK


def test_a_queue_needs_no_confirmation(client: Client, unique: str) -> None:
    topic = client("sns").create_topic(Name=unique)["TopicArn"]
    queue = client("sqs").create_queue(QueueName=unique)["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    endpoint = arn["Attributes"]["QueueArn"]
    made = client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    assert made["SubscriptionArn"].startswith(f"{topic}:")
    client("sns").publish(TopicArn=topic, Message="heard")
    [message] = client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert "heard" in message["Body"]


def test_a_publisher_is_not_told_that_a_queue_has_gone(client: Client, unique: str) -> None:
    topic = client("sns").create_topic(Name=unique)["TopicArn"]
    queue = client("sqs").create_queue(QueueName=unique)["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    endpoint = arn["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
    client("sqs").delete_queue(QueueUrl=queue)
    assert client("sns").publish(TopicArn=topic, Message="unheard")["MessageId"]
