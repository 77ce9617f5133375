"""Lookups of queues and topics by name."""

from collections.abc import Mapping

from pay.existing.messaging import queue, topic_arn
from pay.model import Environment
from tests.support.synthesised import rendered


def test_a_queue_is_the_environments_own(environments: Mapping[str, Environment]) -> None:
    stack = rendered(lambda stack: queue(stack, environments["test-12"], "payment-event"))
    assert stack.data("aws_sqs_queue", "payment_event_queue")["name"] == "test-12-payment-event"


def test_a_topic_is_looked_up_under_the_id_that_it_is_given() -> None:
    stack = rendered(lambda stack: topic_arn(stack, "critical_topic", "test-12-alarms-critical"))
    assert stack.data("aws_sns_topic", "critical_topic")["name"] == "test-12-alarms-critical"
