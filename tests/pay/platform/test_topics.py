"""The topics that alarms are sent to."""

import json
from collections.abc import Mapping

import pytest

from pay.model import Environment, Severity
from pay.platform.topics import AlarmTopics
from tests.support.synthesised import Synthesised, rendered


@pytest.fixture
def stack(environments: Mapping[str, Environment]) -> Synthesised:
    environment = environments["production-2"]
    return rendered(lambda stack: AlarmTopics(stack, "Default", environment=environment))


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_has_an_encrypted_topic_that_only_alarms_and_findings_reach(
    stack: Synthesised, severity: Severity
) -> None:
    topic = stack.resource("aws_sns_topic", f"{severity}_topic")
    assert topic["name"] == f"production-2-alarms-{severity}"
    assert topic["kms_master_key_id"] == "${aws_kms_key.alarms_key.arn}"
    policy = json.loads(
        stack.resource("aws_sns_topic_policy", f"{severity}_topic_policy")["policy"]
    )
    senders = [statement["Principal"] for statement in policy["Statement"]]
    assert senders == [{"Service": f"{each}.amazonaws.com"} for each in ("cloudwatch", "events")]
    assert all(statement["Action"] == ["sns:Publish"] for statement in policy["Statement"])
    alarms, findings = (statement.get("Condition") for statement in policy["Statement"])
    assert "aws:SourceAccount" in alarms["StringEquals"]
    # EventBridge says no source to SNS: with a condition, no finding would arrive.
    assert findings is None


def test_cloudwatch_may_use_the_key_or_an_alarm_would_reach_nobody(stack: Synthesised) -> None:
    policy = json.loads(stack.resource("aws_kms_key", "alarms_key")["policy"])
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert statements["SendsAlarms"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
