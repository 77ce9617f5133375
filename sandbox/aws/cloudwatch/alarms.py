"""CloudWatch's alarms: what AWS refuses, composites, states and history.

moto 5.2 keeps every metric alarm in the state OK and has no composite alarms. It does not answer
those in XML, so Terraform's AWS provider fails.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidFormat, ResourceNotFound, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch.alarm_actions import HISTORY, note
from sandbox.aws.cloudwatch.alarm_checks import check_composite, check_metric_alarm, suppressor_name
from sandbox.aws.cloudwatch.alarm_evaluation import change_state, children_states, settle
from sandbox.aws.cloudwatch.alarm_rules import parse_rule
from sandbox.aws.cloudwatch.alarm_suppression import REASONS, Suppressor, suppressor_of
from sandbox.aws.pages import skipped
from sandbox.aws.patching import Original, adds, extends, replaces

MOST_DELETED = 100
PAGE = 100
"""API reference, `DescribeAlarms`, `MaxRecords`."""
KEPT_DAYS = 30
"""AWS keeps history for 30 days (API reference, `DescribeAlarmHistory`)."""

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
_STATE = (
    "state_value",
    "state_reason",
    "state_reason_data",
    "state_updated_timestamp",
    "state_transitioned_timestamp",
)


@extends(CloudWatchBackend, "put_metric_alarm")
def keep_state(self: CloudWatchBackend, put: Original, name: str, *more: Any, **others: Any) -> Any:
    """Keep the state in an update; a new alarm has INSUFFICIENT_DATA (API reference)."""
    before = self.alarms.get(name)
    alarm: Alarm = put(self, name, *more, **others)
    return _begin(alarm, before)


def _begin(alarm: Alarm, before: Alarm | None) -> Alarm:
    now = CLOCK.moment()
    alarm.configuration_updated_timestamp = now
    alarm.state_value, alarm.state_updated_timestamp = "INSUFFICIENT_DATA", now
    vars(alarm)["state_transitioned_timestamp"] = now
    if before is not None:
        vars(alarm).update({key: vars(before)[key] for key in _STATE})
    change = "created" if before is None else "updated"
    note(alarm, CLOCK.seconds(), "ConfigurationUpdate", f'Alarm "{alarm.name}" {change}', {})
    return alarm


@extends(CloudWatchResponse)
def put_metric_alarm(self: CloudWatchResponse, put: Original) -> Any:
    check_metric_alarm(self._get_params())
    return put(self)


@adds(CloudWatchResponse)
def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    asked, backend = self._get_params(), self.cloudwatch_backend
    check_composite(asked, backend.alarms)
    before = backend.alarms.get(asked["AlarmName"])
    alarm: Alarm = backend.put_metric_alarm(
        name=asked["AlarmName"],
        namespace="",
        metric_name="",
        comparison_operator="",
        evaluation_periods=0,
        period=0,
        threshold=0.0,
        statistic="",
        description=asked.get("AlarmDescription") or "",
        dimensions=[],
        alarm_actions=asked.get("AlarmActions") or [],
        ok_actions=asked.get("OKActions") or [],
        insufficient_data_actions=asked.get("InsufficientDataActions") or [],
        actions_enabled=asked.get("ActionsEnabled", True) in (True, "true"),
        rule=asked["AlarmRule"],
        # Tags of an update are ignored (API reference, `PutCompositeAlarm`).
        tags=None if before else asked.get("Tags"),
    )
    vars(alarm)["suppressor"] = _suppressor(asked)
    settle(backend, CLOCK.seconds())
    return EmptyResult()


def _suppressor(asked: dict[str, Any]) -> Suppressor | None:
    name = suppressor_name(asked)
    if name is None:
        return None
    return Suppressor(
        name,
        wait_seconds=int(asked["ActionsSuppressorWaitPeriod"]),
        extension_seconds=int(asked["ActionsSuppressorExtensionPeriod"]),
    )


@replaces(CloudWatchResponse)
def describe_alarms(self: CloudWatchResponse) -> ActionResult:
    asked, alarms = self._get_params(), self.cloudwatch_backend.alarms
    chosen: Iterable[Alarm]
    if child := asked.get("ParentsOfAlarmName"):
        chosen = [parent for parent in alarms.values() if child in _children(parent)]
    elif parent := asked.get("ChildrenOfAlarmName"):
        chosen = [alarms[name] for name in _children(alarms[parent])] if parent in alarms else []
    else:
        types = asked.get("AlarmTypes") or [METRIC]
        chosen = [a for a in alarms.values() if _type(a) in types and _is_asked(a, asked)]
    ordered = sorted(chosen, key=lambda alarm: alarm.name)
    begin = skipped(asked)
    end = begin + min(PAGE, int(asked.get("MaxRecords") or PAGE))
    page = ordered[begin:end]
    answer: dict[str, Any] = {
        "MetricAlarms": [alarm for alarm in page if alarm.rule is None],
        "CompositeAlarms": [_composite(alarm) for alarm in page if alarm.rule is not None],
    }
    if len(ordered) > end:
        answer["NextToken"] = str(end)
    return ActionResult(answer)


def _is_asked(alarm: Alarm, asked: dict[str, Any]) -> bool:
    names, prefix = asked.get("AlarmNames") or (), asked.get("AlarmNamePrefix")
    state, action = asked.get("StateValue"), asked.get("ActionPrefix")
    if names and prefix:
        raise ValidationError("AlarmNames and AlarmNamePrefix are mutually exclusive.")
    if len(names) > PAGE:
        raise ValidationError(f"AlarmNames has at most {PAGE} members.")
    actions = (*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions)
    return (
        (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (not state or alarm.state_value == state)
        and (not action or any(arn.startswith(action) for arn in actions))
    )


def _type(alarm: Alarm) -> str:
    return METRIC if alarm.rule is None else COMPOSITE


def _children(alarm: Alarm) -> tuple[str, ...]:
    return () if alarm.rule is None else parse_rule(alarm.rule).children


def _composite(alarm: Alarm) -> dict[str, Any]:
    """Return a composite alarm as AWS answers it."""
    answer: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description or None,
        "AlarmRule": alarm.rule,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmActions": alarm.alarm_actions,
        "OKActions": alarm.ok_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp,
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
        "StateTransitionedTimestamp": vars(alarm)["state_transitioned_timestamp"],
    }
    if suppressor := suppressor_of(alarm):
        answer |= {
            "ActionsSuppressor": suppressor.name,
            "ActionsSuppressorWaitPeriod": suppressor.wait_seconds,
            "ActionsSuppressorExtensionPeriod": suppressor.extension_seconds,
        }
        if suppressor.by:
            answer |= {
                "ActionsSuppressedBy": suppressor.by,
                "ActionsSuppressedReason": REASONS[suppressor.by],
            }
    return answer


@replaces(CloudWatchResponse)
def delete_alarms(self: CloudWatchResponse) -> ActionResult:
    names, alarms = self._get_params().get("AlarmNames") or [], self.cloudwatch_backend.alarms
    if len(names) > MOST_DELETED:
        raise ValidationError(f"At most {MOST_DELETED} alarms are deleted at once.")
    known = [name for name in names if name in alarms]
    if sum(alarms[name].rule is not None for name in known) > 1:
        raise ValidationError("At most one composite alarm is deleted at once.")
    for name in known:
        if parents := [parent.name for parent in alarms.values() if name in _children(parent)]:
            raise ValidationError(
                f"Cannot delete {name} as there are composite alarm(s) depending on it: {parents}"
            )
    for name in known:
        note(alarms[name], CLOCK.seconds(), "ConfigurationUpdate", f'Alarm "{name}" deleted', {})
        self.cloudwatch_backend.tagger.delete_all_tags_for_resource(alarms[name].alarm_arn)
        del alarms[name]
    if missing := [name for name in names if name not in known]:
        raise ResourceNotFound(f"The alarms {missing} do not exist.")
    return EmptyResult()


@replaces(CloudWatchResponse)
def set_alarm_state(self: CloudWatchResponse) -> ActionResult:
    asked, backend = self._get_params(), self.cloudwatch_backend
    alarm, state = backend.alarms.get(asked["AlarmName"]), asked["StateValue"]
    if alarm is None:
        raise ResourceNotFound(f"The alarm {asked['AlarmName']} does not exist.")
    if state not in STATES:
        raise ValidationError(f"The value {state} for parameter StateValue is not supported.")
    try:
        data = json.dumps(json.loads(asked.get("StateReasonData") or "{}"))
    except ValueError:
        raise InvalidFormat("StateReasonData is not JSON.") from None
    if alarm.rule is not None:
        vars(alarm)["children_when_set_by_hand"] = children_states(parse_rule(alarm.rule), backend)
    change_state(backend, alarm, state, asked["StateReason"], CLOCK.seconds(), data)
    settle(backend, CLOCK.seconds())
    return EmptyResult()


@adds(CloudWatchResponse)
def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    types = asked.get("AlarmTypes") or [METRIC]
    oldest = CLOCK.seconds() - KEPT_DAYS * 86_400
    matches: tuple[Callable[[dict[str, Any]], bool], ...] = (
        lambda item: item["AlarmType"] in types,
        lambda item: asked.get("AlarmName") in (None, item["AlarmName"]),
        lambda item: asked.get("HistoryItemType") in (None, item["HistoryItemType"]),
        lambda item: item["Timestamp"].timestamp() >= oldest,
        lambda item: "StartDate" not in asked or item["Timestamp"] >= _aware(asked["StartDate"]),
        lambda item: "EndDate" not in asked or item["Timestamp"] <= _aware(asked["EndDate"]),
    )
    items = [item for item in HISTORY if all(match(item) for match in matches)]
    if asked.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        items.reverse()
    begin = skipped(asked)
    end = begin + min(PAGE, int(asked.get("MaxRecords") or PAGE))
    answer: dict[str, Any] = {"AlarmHistoryItems": items[begin:end]}
    if len(items) > end:
        answer["NextToken"] = str(end)
    return ActionResult(answer)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
