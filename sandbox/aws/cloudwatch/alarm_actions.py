"""The actions of alarms, which reach a topic or fail, and the history of alarms.

CloudWatch publishes to a topic if the topic's policy allows it and the topic's key allows
encryption. Otherwise the action fails, and only the history shows it. Source: AWS, SNS developer
guide, "Enable compatibility between event sources from AWS services and encrypted topics".
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.sns.models import sns_backends

from sandbox.aws.iam.service_rights import Sender

_SENDER = "cloudwatch.amazonaws.com"
_KEPT_SUMMARY = 255
"""Characters (API reference, `AlarmHistoryItem`)."""

ACTIONS: Mapping[str, str] = {
    "ALARM": "alarm_actions",
    "OK": "ok_actions",
    "INSUFFICIENT_DATA": "insufficient_data_actions",
}
"""The attribute of moto's alarm with the actions of a state."""

HISTORY = list[dict[str, Any]]()
"""The history of every alarm, the oldest first. AWS also keeps it for deleted ones."""


def note(alarm: Alarm, at: float, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    """Add an item to the alarm's history."""
    HISTORY.append(
        {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm" if alarm.rule is None else "CompositeAlarm",
            "Timestamp": datetime.fromtimestamp(at, UTC),
            "HistoryItemType": kind,
            "HistorySummary": summary[:_KEPT_SUMMARY],
            "HistoryData": json.dumps({"version": "1.0", **data}, default=str),
        }
    )


def perform(backend: CloudWatchBackend, alarm: Alarm, before: str, at: float) -> None:
    """Perform the actions of the alarm's state, which was `before`."""
    if not alarm.actions_enabled:
        return
    message = _message(backend, alarm, before, at)
    for arn in getattr(alarm, ACTIONS[alarm.state_value]):
        failure = _publish(backend, alarm, arn, message)
        done = f"Failed to execute action {arn}" if failure else f"Successfully executed {arn}"
        note(alarm, at, "Action", done, {"actionArn": arn, "error": failure})


def _publish(backend: CloudWatchBackend, alarm: Alarm, arn: str, message: str) -> str | None:
    """Return why the message does not reach the topic; None if it does."""
    topic = sns_backends[backend.account_id][backend.region_name].topics.get(arn)
    if topic is None:
        return "Resource does not exist"
    account, region = backend.account_id, backend.region_name
    sender = Sender(_SENDER, account, region, alarm.alarm_arn, says_owner=True)
    if not sender.may("sns:Publish", topic.policy, arn):
        return "CloudWatch Alarms is not authorized to perform: SNS:Publish on resource"
    if topic.kms_master_key_id and not sender.may_encrypt_with(topic.kms_master_key_id):
        return (
            "CloudWatch Alarms does not have authorization to access the SNS topic encryption key"
        )
    topic.publish(message, subject=f'{alarm.state_value}: "{alarm.name}"')
    return None


def _message(backend: CloudWatchBackend, alarm: Alarm, before: str, at: float) -> str:
    """Return what a topic receives (AWS: CloudWatch user guide, "Notifying users")."""
    trigger = {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data,
    }
    return json.dumps(
        {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": backend.account_id,
            "NewStateValue": alarm.state_value,
            "NewStateReason": alarm.state_reason,
            "StateChangeTime": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
            "Region": backend.region_name,
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": before,
            "OKActions": alarm.ok_actions,
            "AlarmActions": alarm.alarm_actions,
            "InsufficientDataActions": alarm.insufficient_data_actions,
            **({"AlarmRule": alarm.rule} if alarm.rule is not None else {"Trigger": trigger}),
        }
    )
