"""The actions of alarms, which reach a topic or nobody, and the history of alarms.

CloudWatch publishes to a topic that its policy allows, and whose key allows it to encrypt. Where
one of them does not, the action fails, and only the history shows it (AWS: SNS developer guide,
"Enable compatibility between event sources from AWS services and encrypted topics").
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.kms.models import kms_backends
from moto.sns.models import Topic, sns_backends

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
"""The history of every alarm, the oldest first. AWS keeps it for deleted ones, too."""


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
    """Return why the message does not reach the topic; None: it does."""
    topic = sns_backends[backend.account_id][backend.region_name].topics.get(arn)
    if topic is None:
        return "Resource does not exist"
    if not _allows(topic.policy, "sns:Publish", alarm, backend.account_id):
        return "CloudWatch Alarms is not authorized to perform: SNS:Publish on resource"
    if topic.kms_master_key_id and not _may_encrypt(backend, alarm, topic):
        return (
            "CloudWatch Alarms does not have authorization to access the SNS topic encryption key"
        )
    topic.publish(message, subject=f'{alarm.state_value}: "{alarm.name}"')
    return None


def _may_encrypt(backend: CloudWatchBackend, alarm: Alarm, topic: Topic) -> bool:
    """Return whether the topic's key lets CloudWatch make data keys; AWS's own key never does."""
    keys = kms_backends[backend.account_id][backend.region_name]
    id = topic.kms_master_key_id.rpartition(":")[2].removeprefix("key/")
    key = keys.keys.get(keys.get_key_id_from_alias(id) or id)
    return key is not None and all(
        _allows(key.policy, action, alarm, backend.account_id)
        for action in ("kms:Decrypt", "kms:GenerateDataKey")
    )


def _allows(policy: str, action: str, alarm: Alarm, account: str) -> bool:
    """Return whether a statement lets CloudWatch do this for the alarm. The default policy of a
    topic lets everything in the account publish.
    """
    known = {
        "aws:sourceaccount": account,
        "aws:sourceowner": account,
        "aws:sourcearn": alarm.alarm_arn,
    }
    return any(
        statement.get("Effect") == "Allow"
        and _is_sender(statement.get("Principal"))
        and any(fnmatchcase(action.lower(), a.lower()) for a in _list(statement.get("Action")))
        and all(
            any(fnmatchcase(known.get(key.lower(), ""), value) for value in _list(values))
            for asked in statement.get("Condition", {}).values()
            for key, values in asked.items()
        )
        for statement in _list(json.loads(policy).get("Statement"))
    )


def _is_sender(principal: Any) -> bool:
    if not isinstance(principal, dict):
        return bool(principal == "*")
    return _SENDER in _list(principal.get("Service")) or "*" in _list(principal.get("AWS"))


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


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
