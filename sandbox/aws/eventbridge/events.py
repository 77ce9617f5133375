"""EventBridge: events reach the topics and queues of the rules that they match.

moto 5.2 delivers to no topic. It delivers for disabled rules, and accepts events of AWS's own
services from any caller. The sandbox delivers to SNS and SQS, in the account and region of the
rule.

Sources: AWS, EventBridge API reference, `PutEvents`; user guide, two pages.
- "Using dead-letter queues to process undelivered events in EventBridge".
- "Monitoring Amazon EventBridge".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from moto.events.exceptions import InvalidEventPatternException, ValidationException
from moto.events.models import EventsBackend, Rule, events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import Queue, sqs_backends

from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch.metric_store import STORE, StoredSeries
from sandbox.aws.eventbridge import (
    event_inputs,
    event_patterns,
)
from sandbox.aws.iam.service_rights import Sender
from sandbox.aws.patching import Original, extends, replaces

SERVICE = "events.amazonaws.com"

ALL_TRAIL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
"""The state of a rule that also gets calls which only read.

Source: EventBridge user guide, "AWS service events via AWS CloudTrail"."""

_STATES = ("ENABLED", "DISABLED", ALL_TRAIL_EVENTS)
_BY_TRAIL = "AWS API Call via CloudTrail"
_SEES_NO_SOURCE = frozenset({"kms", "sns"})
_MOST_TARGETS, _MOST_ENTRIES = 5, 10


@dataclass(frozen=True)
class Undelivered:
    """The reason why a target did not get an event: code and message of a dead letter.

    EventBridge does not try again after any of these.
    """

    code: str
    message: str


def publish(
    account: str, region: str, source: str, detail_type: str, detail: Mapping[str, Any]
) -> str:
    """Bring an event of AWS itself, such as a finding, to the account's own bus; return its id."""
    return _bring(events_backends[account][region], "default", source, detail_type, detail, ())


@replaces(EventsBackend)
def put_events(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(events) > _MOST_ENTRIES:
        raise ValidationException(f"Member must have length less than or equal to {_MOST_ENTRIES}")
    return [_put(self, entry) for entry in events]


@extends(EventsBackend)
def put_rule(self: EventsBackend, put: Original, name: str, **settings: Any) -> Rule:
    if pattern := settings.get("event_pattern"):
        if reason := next(event_patterns.problems(pattern), None):
            raise InvalidEventPatternException(reason=reason)
    if settings.get("state") not in (None, *_STATES):
        raise ValidationException(f"Value '{settings['state']}' at 'state' is not one of {_STATES}")
    rule: Rule = put(self, name, **settings)
    return rule


@extends(EventsBackend)
def put_targets(
    self: EventsBackend,
    put: Original,
    name: str,
    event_bus_arn: str | None,
    targets: list[dict[str, Any]],
) -> None:
    for problem in _target_problems(targets):
        raise ValidationException(problem)
    put(self, name, event_bus_arn, targets)


@replaces(Rule)
def send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
    """Send an event; moto's other services call this for their events."""
    _offer(self, {**original_event, "time": _now()})


def _put(backend: EventsBackend, entry: Mapping[str, Any]) -> dict[str, str]:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            reason = f"Reason: {name} is a required argument."
            message = f"Parameter {name} is not valid. {reason}"
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    if entry["Source"].startswith("aws."):
        message = "Not authorized for the source."
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": message}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    bus = str(entry.get("EventBusName") or "default").rpartition("/")[2]
    words = entry["Source"], entry["DetailType"], detail, entry.get("Resources") or ()
    return {"EventId": _bring(backend, bus, *words)}


def _bring(
    backend: EventsBackend,
    bus: str,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    resources: Sequence[str],
) -> str:
    event = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": backend.account_id,
        "time": _now(),
        "region": backend.region_name,
        "resources": list(resources),
        "detail": detail,
    }
    for rule in [*backend.describe_event_bus(bus).rules.values()]:
        _offer(rule, event)
    return str(event["id"])


def _now() -> str:
    return CLOCK.moment().strftime("%Y-%m-%dT%H:%M:%SZ")


def _offer(rule: Rule, event: Mapping[str, Any]) -> None:
    pattern = rule.event_pattern.get_pattern()
    if not _is_on(rule, event) or not pattern or not event_patterns.matches(pattern, event):
        return
    _count(rule, "TriggeredRules")
    for target in rule.targets:
        _count(rule, "Invocations")
        undelivered = _deliver(rule, target, event)
        if undelivered:
            _count(rule, "FailedInvocations")
            _keep(rule, target, event, undelivered)


def _is_on(rule: Rule, event: Mapping[str, Any]) -> bool:
    is_read = event["detail-type"] == _BY_TRAIL and event["detail"].get("readOnly") is True
    return rule.state == ALL_TRAIL_EVENTS or (rule.state == "ENABLED" and not is_read)


def _deliver(rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any]) -> Undelivered | None:
    arn, sender = target["Arn"], _sender(rule)
    text = event_inputs.rendered(target, event, rule.arn)
    if _service_of(arn) == "sqs":
        return _send(sender, arn, text, {})
    topic = sns_backends[rule.account_id][rule.region_name].topics.get(arn)
    if topic is None:
        return Undelivered("NO_RESOURCE", "Topic does not exist")
    if not sender.may("sns:Publish", topic.policy, arn):
        message = f"User: {SERVICE} is not authorized to perform: SNS:Publish on resource: {arn}"
        return Undelivered("NO_PERMISSIONS", message)
    if topic.kms_master_key_id and not sender.may_encrypt_with(topic.kms_master_key_id):
        message = "The key of the topic does not allow kms:GenerateDataKey and kms:Decrypt"
        return Undelivered("NO_PERMISSIONS", message)
    topic.publish(text)
    return None


def _keep(
    rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any], why: Undelivered
) -> None:
    """Send the event, as it was, to the target's dead-letter queue if there is one."""
    arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    if arn is None:
        return
    attributes = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": why.code,
        "ERROR_MESSAGE": why.message,
        "RETRY_ATTEMPTS": "0",
    }
    lost = _send(_sender(rule), arn, json.dumps(event), attributes)
    _count(rule, "InvocationsFailedToBeSentToDlq" if lost else "InvocationsSentToDlq")


def _send(sender: Sender, arn: str, text: str, attributes: Mapping[str, str]) -> Undelivered | None:
    backend = sqs_backends[sender.account][sender.region]
    queue: Queue | None = backend.queues.get(arn.rpartition(":")[2])
    if queue is None or queue.queue_arn != arn:
        return Undelivered("NO_RESOURCE", "The specified queue does not exist")
    key = queue.kms_master_key_id  # type: ignore[attr-defined]
    may = sender.may("sqs:SendMessage", queue.policy, arn)
    if not may or (key and not sender.may_encrypt_with(key)):
        return Undelivered("NO_PERMISSIONS", f"Access to the resource {arn} is denied.")
    backend.send_message(
        queue.name,
        text,
        message_attributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    )
    return None


def _sender(rule: Rule) -> Sender:
    place = rule.account_id, rule.region_name
    return Sender(SERVICE, *place, rule.arn, hides_source_from=_SEES_NO_SOURCE)


def _count(rule: Rule, metric: str) -> None:
    series = StoredSeries("AWS/Events", metric, frozenset({("RuleName", rule.name)}))
    STORE.put(series, CLOCK.seconds(), {1.0: 1.0}, unit="Count")


def _service_of(arn: str) -> str:
    return arn.split(":")[2] if arn.count(":") >= 5 else ""


def _target_problems(targets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(targets) > _MOST_TARGETS:
        yield f"A rule has at most {_MOST_TARGETS} targets."
    for target in targets:
        if _service_of(target["Arn"]) not in ("sns", "sqs"):
            yield f"Target {target['Id']}: the sandbox delivers to SNS and SQS only."
        elif _service_of(target["Arn"]) == "sns" and target["Arn"].endswith(".fifo"):
            yield f"Parameter {target['Arn']} is not valid. Reason: a FIFO topic is not supported."
        yield from event_inputs.problems(target)
