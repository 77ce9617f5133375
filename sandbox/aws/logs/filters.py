"""CloudWatch Logs: metric filters that count, and subscriptions that AWS would accept.

moto 5.2 stores metric filters, twice under one name, and never applies them. It sends every line to
a subscription, whatever its pattern. It does not check whether logs may write.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import botocore.session
from moto.logs.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from moto.logs.models import LogsBackend, LogStream
from moto.logs.responses import LogsResponse

from sandbox.aws.cloudwatch.metric_store import MINUTE, STORE, StoredSeries
from sandbox.aws.iam.roles import may_be_assumed_by
from sandbox.aws.logs.patterns import BadPattern, Extracted, Pattern, parse
from sandbox.aws.patching import Original, adds, extends, replaces

MOST_METRIC_FILTERS = 100
"""Of one log group (CloudWatch Logs user guide, "CloudWatch Logs quotas")."""
MOST_SUBSCRIPTIONS = 2
"""Ibid."""
MOST_DIMENSIONS = 3
"""API reference, `MetricTransformation`."""
MOST_TESTED = 50
"""Lines of `TestMetricFilter` (API reference)."""

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


@lru_cache(maxsize=1000)
def _parsed(text: str) -> Pattern:
    try:
        return parse(text)
    except BadPattern as error:
        raise InvalidParameterException(f"Invalid metric filter pattern: {error}") from None


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    model = botocore.session.get_session().get_service_model("logs")
    return frozenset(model.shape_for("StandardUnit").enum)


@replaces(LogsBackend)
def put_metric_filter(
    self: LogsBackend,
    filter_name: str,
    filter_pattern: str,
    log_group_name: str,
    metric_transformations: Sequence[Mapping[str, Any]],
) -> None:
    if log_group_name not in self.groups:
        raise ResourceNotFoundException()
    (transformation,) = metric_transformations
    _check(transformation, _parsed(filter_pattern))
    self.filters.delete_filter(filter_name, log_group_name)
    if len(self.filters.get_matching_filters(log_group_name=log_group_name)) >= MOST_METRIC_FILTERS:
        raise LimitExceededException()
    transformations: Any = list(metric_transformations)
    self.filters.add_filter(filter_name, filter_pattern, log_group_name, transformations)


def _check(transformation: Mapping[str, Any], pattern: Pattern) -> None:
    """Raise what AWS refuses (API reference, `MetricTransformation`)."""
    namespace, value = transformation["metricNamespace"], transformation["metricValue"]
    dimensions = transformation.get("dimensions") or {}
    if namespace.startswith("AWS/"):
        raise InvalidParameterException(f"The namespace {namespace} is reserved.")
    for selector in (*([] if _NUMBER.fullmatch(value) else [value]), *dimensions.values()):
        if not pattern.selectors(selector):
            raise InvalidParameterException(
                f"Invalid metric transformation: {selector} is not a field of the filter pattern."
            )
    if len(dimensions) > MOST_DIMENSIONS:
        raise InvalidParameterException(f"A metric has at most {MOST_DIMENSIONS} dimensions.")
    if dimensions and transformation.get("defaultValue") is not None:
        raise InvalidParameterException(
            "Invalid metric transformation: dimensions and default value are mutually exclusive."
        )
    if (unit := transformation.get("unit")) is not None and unit not in _units():
        raise InvalidParameterException(f"The unit {unit} is not one of CloudWatch's.")


@extends(LogsBackend)
def delete_metric_filter(
    self: LogsBackend, delete: Original, filter_name: str, log_group_name: str
) -> None:
    named = self.filters.get_matching_filters(filter_name, log_group_name)
    if not any(each["filterName"] == filter_name for each in named):
        raise ResourceNotFoundException("The specified metric filter does not exist.")
    delete(self, filter_name, log_group_name)


@adds(LogsResponse)
def test_metric_filter(self: LogsResponse) -> str:
    messages = self._get_param("logEventMessages")
    if not 1 <= len(messages) <= MOST_TESTED:
        raise InvalidParameterException(f"logEventMessages has 1 to {MOST_TESTED} members.")
    pattern = _parsed(self._get_param("filterPattern"))
    results = [(message, pattern.match(message)) for message in messages]
    matches = [
        {"eventNumber": number, "eventMessage": message, "extractedValues": dict(extracted)}
        for number, (message, extracted) in enumerate(results, start=1)
        if extracted is not None
    ]
    return json.dumps({"matches": matches})


@extends(LogStream)
def put_log_events(self: LogStream, put: Original, log_events: list[dict[str, Any]]) -> Any:
    answer = put(self, log_events)
    group = self.log_group
    backend = _backend(self)
    for each in backend.filters.get_matching_filters(log_group_name=group.name):
        (transformation,) = each["metricTransformations"]
        _count(_parsed(each["filterPattern"]), transformation, log_events)
    return answer


def _backend(stream: LogStream) -> LogsBackend:
    from moto.logs.models import logs_backends

    return logs_backends[stream.account_id][stream.region]


def _count(
    pattern: Pattern, transformation: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> None:
    """Add the lines to the filter's metric, in the minute of each line."""
    default, unit = transformation.get("defaultValue"), transformation.get("unit")
    with_match, without = set[int](), dict[int, int]()
    for event in events:
        seconds = event["timestamp"] / 1000
        minute = int(seconds) // MINUTE
        extracted = pattern.match(event["message"])
        if extracted is None:
            without[minute] = without.get(minute, 0) + 1
            continue
        with_match.add(minute)
        series, value = _series(transformation, extracted), _value(transformation, extracted)
        if series is not None and value is not None:
            STORE.put(series, seconds, {value: 1.0}, unit=unit)
    if default is None:
        return
    for minute in without.keys() - with_match:
        series = _series(transformation, {})
        if series is not None:
            values = {float(default): float(without[minute])}
            STORE.put(series, minute * MINUTE, values, unit=unit)


def _value(transformation: Mapping[str, Any], extracted: Extracted) -> float | None:
    """Return the value of a line; None where its field is not a number."""
    text = transformation["metricValue"]
    number = text if _NUMBER.fullmatch(text) else extracted.get(text)
    return float(number) if number is not None and _NUMBER.fullmatch(number) else None


def _series(transformation: Mapping[str, Any], extracted: Extracted) -> StoredSeries | None:
    """Return the metric of a line; None where a dimension has no value."""
    values = {
        name: extracted.get(selector)
        for name, selector in (transformation.get("dimensions") or {}).items()
    }
    pairs = {(name, value) for name, value in values.items() if value}
    if len(pairs) < len(values):
        return None
    return StoredSeries(
        transformation["metricNamespace"], transformation["metricName"], frozenset(pairs)
    )


@replaces(LogsResponse)
def put_subscription_filter(self: LogsResponse) -> str:
    asked = self._get_param
    group, name = asked("logGroupName"), asked("filterName")
    destination, role = asked("destinationArn"), asked("roleArn")
    backend = self.logs_backend
    if group not in backend.groups:
        raise ResourceNotFoundException()
    _parsed(asked("filterPattern"))
    filters = backend.groups[group].subscription_filters
    if name not in filters and len(filters) >= MOST_SUBSCRIPTIONS:
        raise LimitExceededException()
    if destination.split(":")[2] in ("firehose", "kinesis"):
        _check_role(backend, role, group)
    # moto counts a filter that is replaced as one more.
    replaced = filters.pop(name, None)
    try:
        backend.put_subscription_filter(group, name, asked("filterPattern"), destination, role)
    except Exception:
        if replaced is not None:
            filters[name] = replaced
        raise
    return ""


def _check_role(backend: LogsBackend, arn: str | None, group: str) -> None:
    """Raise unless CloudWatch Logs can assume the role (CloudWatch Logs user guide, "Subscription
    filters with Amazon Data Firehose").
    """
    services = ("logs.amazonaws.com", f"logs.{backend.region_name}.amazonaws.com")
    source = backend.groups[group].arn
    if not any(may_be_assumed_by(backend.account_id, arn or "", each, source) for each in services):
        raise InvalidParameterException(
            "Could not deliver test message to specified destination. Check if the role "
            f"{arn} exists and lets CloudWatch Logs assume it."
        )


@extends(LogStream)
def _send_log_events(
    self: LogStream,
    send: Original,
    service: str,
    destination_arn: str,
    filter_name: str,
    log_events: list[dict[str, Any]],
) -> None:
    pattern = _parsed(self.log_group.subscription_filters[filter_name].filter_pattern)
    chosen = [event for event in log_events if pattern.match(event["message"]) is not None]
    if chosen:
        send(self, service, destination_arn, filter_name, chosen)
