"""The queue of what could not be done, and its alarm."""

from collections.abc import Mapping
from itertools import product

import pytest
from cdktf import TerraformStack

from imports.aws.kms_key import KmsKey
from pay.model import Environment
from pay.model.monitoring.dead_letters import dead_letters_alarm
from pay.tasks.dead_letters import dead_letter_queue
from tests.support.synthesised import Synthesised, rendered

TOPIC = "arn:aws:sns:eu-west-1:333333333333:alarms"
ALARM = "scheduled_calls_alarm"


def queue(environment: Environment, *, rests: bool, policy: str | None) -> Synthesised:
    def build(stack: TerraformStack) -> None:
        dead_letter_queue(
            stack,
            "letters",
            owner=environment.name,
            key=KmsKey(stack, "key"),
            alarm=dead_letters_alarm(environment),
            topic=TOPIC,
            rests_in=environment if rests else None,
            policy=policy,
        )

    return rendered(build)


@pytest.fixture(scope="module")
def stacks(
    environments: Mapping[str, Environment],
) -> Mapping[tuple[bool, str | None], Synthesised]:
    """A queue of an environment that sleeps, by whether its alarm rests and by its policy."""
    sleeps = environments["test-perf-1"]
    return {
        (rests, policy): queue(sleeps, rests=rests, policy=policy)
        for rests, policy in product((True, False), (None, "{}"))
    }


def test_letters_are_encrypted_and_stay_as_long_as_sqs_offers(
    stacks: Mapping[tuple[bool, str | None], Synthesised],
) -> None:
    for (_, policy), stack in stacks.items():
        found = stack.resource("aws_sqs_queue", "dead_letters")
        assert found["name"] == "letters"
        assert found["kms_master_key_id"] == "${aws_kms_key.key.arn}"
        assert found["message_retention_seconds"] == 14 * 24 * 60 * 60
        # Without a policy only roles of the account may send.
        assert found.get("policy") == policy


def test_one_letter_notifies_the_topic_until_it_was_taken(
    stacks: Mapping[tuple[bool, str | None], Synthesised],
) -> None:
    alarm = stacks[True, None].resource("aws_cloudwatch_metric_alarm", ALARM)
    assert alarm["alarm_name"] == "test-perf-1-scheduled-calls"
    assert alarm["dimensions"] == {"QueueName": "${aws_sqs_queue.dead_letters.name}"}
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["datapoints_to_alarm"] == 1
    assert alarm["alarm_actions"] == alarm["ok_actions"] == [TOPIC]


def test_only_an_alarm_that_rests_may_be_silenced_in_sleep(
    stacks: Mapping[tuple[bool, str | None], Synthesised],
) -> None:
    resting, awake = (
        stacks[rests, None].resource("aws_cloudwatch_metric_alarm", ALARM)
        for rests in (True, False)
    )
    assert resting["lifecycle"] == {"ignore_changes": ["actions_enabled"]}
    assert "lifecycle" not in awake
