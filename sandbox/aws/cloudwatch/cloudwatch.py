"""CloudWatch: the metrics that are sent, and their names, with what AWS refuses.

`sandbox.aws.cloudwatch.metric_data` reads them. Source: AWS, CloudWatch API reference,
`PutMetricData`.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.aws.clock import CLOCK, seconds_of
from sandbox.aws.cloudwatch import metric_data  # noqa: F401 - changes moto
from sandbox.aws.cloudwatch.metric_store import DAY, STORE, StoredSeries, dimensions
from sandbox.aws.pages import skipped
from sandbox.aws.patching import replaces

MAX_DATA = 1000
"""The data of one call."""
MAX_VALUES = 150
"""The values of one datum (API reference, `MetricDatum`, `Values`)."""
MAX_DIMENSIONS = 30
OLDEST_SECONDS, NEWEST_SECONDS = 14 * DAY, 2 * 60 * 60
"""A time stamp is at most two weeks old, and two hours ahead."""
LARGEST = 2.0**360
PAGE = 500
"""API reference, `ListMetrics`."""
LISTED_SECONDS = 14 * DAY
"""A metric without a value for this time is not listed (ibid.)."""


@replaces(CloudWatchResponse)
def put_metric_data(self: CloudWatchResponse) -> ActionResult:
    namespace = self._get_param("Namespace")
    if namespace.startswith("AWS/"):
        raise InvalidParameterValue(
            f"The value {namespace} for parameter Namespace is invalid: AWS/ is reserved."
        )
    data = self._get_param("MetricData", [])
    if len(data) > MAX_DATA:
        raise InvalidParameterValue(f"The collection MetricData has at most {MAX_DATA} members.")
    for keep in [_kept(namespace, datum) for datum in data]:
        keep()
    return EmptyResult()


def _kept(namespace: str, datum: dict[str, Any]) -> Callable[[], None]:
    """Return a function that keeps the datum.

    Raises what AWS refuses. No datum of the call is kept then.
    """
    given = [name for name in ("Value", "Values", "StatisticValues") if datum.get(name) is not None]
    if len(given) != 1:
        raise InvalidParameterCombination(
            f"A datum has one of Value, Values and StatisticValues; found {given or 'none'}."
        )
    if len(datum.get("Dimensions") or []) > MAX_DIMENSIONS:
        raise InvalidParameterValue(f"A metric has at most {MAX_DIMENSIONS} dimensions.")
    statistics = datum.get("StatisticValues")
    pairs = _set(statistics) if statistics else _values(datum)
    for value in pairs:
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise InvalidParameterValue(f"The value {value:g} is not between -2^360 and 2^360.")
    now = CLOCK.seconds()
    at = seconds_of(datum["Timestamp"]) if datum.get("Timestamp") else now
    if not now - OLDEST_SECONDS <= at <= now + NEWEST_SECONDS:
        raise InvalidParameterValue(
            "The parameter Timestamp must be less than two hours in the future and no older than "
            "two weeks."
        )
    return partial(
        STORE.put,
        StoredSeries(namespace, datum["MetricName"], dimensions(datum.get("Dimensions") or [])),
        at,
        pairs,
        has_sets=statistics is not None and len(pairs) > 1,
        unit=datum.get("Unit"),
    )


def _values(datum: dict[str, Any]) -> dict[float, float]:
    """Return each value with its count."""
    values = datum.get("Values") or []
    if not values:
        return {float(datum["Value"]): 1.0}
    counts = datum.get("Counts") or [1.0] * len(values)
    if len(values) > MAX_VALUES or len(values) != len(counts):
        raise InvalidParameterValue(
            f"Values and Counts have the same length, at most {MAX_VALUES}."
        )
    pairs = dict[float, float]()
    for value, count in zip(values, counts, strict=True):
        pairs[float(value)] = pairs.get(float(value), 0.0) + float(count)
    return pairs


def _set(statistics: dict[str, Any]) -> dict[float, float]:
    """Return values with the sum, count, minimum and maximum of a set; no more is known of it."""
    low, high = float(statistics["Minimum"]), float(statistics["Maximum"])
    count, total = float(statistics["SampleCount"]), float(statistics["Sum"])
    if low == high:
        return {low: count}
    pairs, rest = {low: 1.0, high: 1.0}, count - 2
    if rest > 0:
        middle = (total - low - high) / rest
        pairs[middle] = pairs.get(middle, 0.0) + rest
    return pairs


@replaces(CloudWatchResponse)
def list_metrics(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    namespace, name = asked.get("Namespace"), asked.get("MetricName")
    wanted = [(each["Name"], each.get("Value")) for each in asked.get("Dimensions") or []]
    minute = int(CLOCK.seconds()) // 60 * 60
    listed = [
        {
            "Namespace": series.namespace,
            "MetricName": series.name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in series.dimensions],
        }
        for series in STORE.series()
        if namespace in (None, series.namespace)
        and name in (None, series.name)
        and all(
            any(key == own and value in (None, has) for own, has in series.dimensions)
            for key, value in wanted
        )
        and STORE.has_value(series, minute - LISTED_SECONDS, minute + NEWEST_SECONDS)
    ]
    begin = skipped(asked)
    answer: dict[str, Any] = {"Metrics": listed[begin : begin + PAGE]}
    if len(listed) > begin + PAGE:
        answer["NextToken"] = str(begin + PAGE)
    return ActionResult(answer)


@replaces(CloudWatchResponse)
def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
    raise ValidationError("The sandbox answers GetMetricData only; ask with it.")
