"""CloudWatch: metrics with percentiles, periods on the clock, AWS's limits and pages.

moto 5.2 ignores the namespace of a metric with dimensions, has no percentiles, begins periods at
the start of the query, and answers Complete and empty for an expression that it does not know.
"""

import re
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.aws.clock import CLOCK
from sandbox.aws.metric_store import PERCENTILE, STATISTICS, STORE, Series, dimensions
from sandbox.aws.patching import replaces

MAX_QUERIES = 500
"""In one call (API reference, `GetMetricData`)."""
MAX_POINTS = 100_800
"""On one page (ibid.)."""
MAX_VALUES = 150
"""In one datum (API reference, `MetricDatum`, `Values`)."""
MAX_DIMENSIONS = 30

_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


@replaces(CloudWatchResponse)
def put_metric_data(self: CloudWatchResponse) -> ActionResult:
    namespace = self._get_param("Namespace")
    if namespace.startswith("AWS/"):
        raise InvalidParameterValue(
            f"The value {namespace} for parameter Namespace is invalid: AWS/ is reserved."
        )
    for datum in self._get_param("MetricData", []):
        _put(namespace, datum)
    return EmptyResult()


def _put(namespace: str, datum: dict[str, Any]) -> None:
    values = datum.get("Values") or []
    counts = datum.get("Counts") or [1.0] * len(values)
    statistics = datum.get("StatisticValues")
    given = [name for name in ("Value", "Values", "StatisticValues") if datum.get(name) is not None]
    if len(given) != 1:
        raise InvalidParameterCombination(
            f"A datum has one of Value, Values and StatisticValues; found {given or 'none'}."
        )
    if len(values) > MAX_VALUES or len(values) != len(counts):
        raise InvalidParameterValue(
            f"Values and Counts have the same length, at most {MAX_VALUES}."
        )
    if len(datum.get("Dimensions") or []) > MAX_DIMENSIONS:
        raise InvalidParameterValue(f"A metric has at most {MAX_DIMENSIONS} dimensions.")
    has_sets = False
    if statistics:
        low, high = float(statistics["Minimum"]), float(statistics["Maximum"])
        count, total = float(statistics["SampleCount"]), float(statistics["Sum"])
        has_sets = low != high
        # A set keeps its sum, its count, its minimum and its maximum; nothing between is known.
        rest = count - 2
        pairs = {low: 1.0, high: 1.0} if has_sets else {low: count}
        if has_sets and rest > 0:
            middle = (total - low - high) / rest
            pairs[middle] = pairs.get(middle, 0.0) + rest
    elif values:
        pairs = {}
        for value, count in zip(values, counts, strict=True):
            pairs[float(value)] = pairs.get(float(value), 0.0) + float(count)
    else:
        pairs = {float(datum["Value"]): 1.0}
    at = datum.get("Timestamp")
    series = Series(namespace, datum["MetricName"], dimensions(datum.get("Dimensions") or []))
    STORE.put(
        series,
        _seconds(at) if at else CLOCK.seconds(),
        pairs,
        has_sets=has_sets,
        unit=datum.get("Unit"),
    )


@replaces(CloudWatchResponse)
def get_metric_data(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    queries = asked.get("MetricDataQueries") or []
    _check(asked, queries)
    points = [
        (query, point)
        for query in queries
        if query.get("ReturnData", True)
        for point in _points(query, asked)
    ]
    page = min(MAX_POINTS, int(asked.get("MaxDatapoints") or MAX_POINTS))
    skipped = int(asked.get("NextToken") or 0)
    end = skipped + page
    results = {
        query["Id"]: {
            "Id": query["Id"],
            "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
            "Timestamps": [],
            "Values": [],
            "StatusCode": "Complete",
        }
        for query in queries
    }
    for query, (at, value) in points[skipped:end]:
        results[query["Id"]]["Timestamps"].append(datetime.fromtimestamp(at, UTC))
        results[query["Id"]]["Values"].append(value)
    for query, _ in points[end:]:
        results[query["Id"]]["StatusCode"] = "PartialData"
    answer: dict[str, Any] = {"MetricDataResults": list(results.values()), "Messages": []}
    if len(points) > end:
        answer["NextToken"] = str(end)
    return ActionResult(answer)


def _check(asked: dict[str, Any], queries: list[dict[str, Any]]) -> None:
    """Raise what AWS refuses."""
    if not 0 < len(queries) <= MAX_QUERIES:
        raise ValidationError(f"MetricDataQueries has 1 to {MAX_QUERIES} members.")
    if _seconds(asked["StartTime"]) >= _seconds(asked["EndTime"]):
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    ids = [query["Id"] for query in queries]
    for id in ids:
        if not _ID.fullmatch(id) or ids.count(id) > 1:
            raise ValidationError(f"The Id {id} starts with a small letter and is there once.")
    for query in queries:
        if "MetricStat" not in query:
            raise ValidationError(
                f"The sandbox has no metric math ({query.get('Expression', query['Id'])}): "
                "read the metrics themselves."
            )
        stat = query["MetricStat"]
        period, statistic = int(stat["Period"]), stat["Stat"]
        if period % 60 or period < 60:
            raise ValidationError("Period is a multiple of 60 for metrics of the usual resolution.")
        if statistic not in STATISTICS and not PERCENTILE.fullmatch(statistic):
            raise ValidationError(f"The value {statistic} for parameter Stat is not supported.")


def _points(query: dict[str, Any], asked: dict[str, Any]) -> list[tuple[int, float]]:
    stat = query["MetricStat"]
    metric = stat["Metric"]
    series = Series(
        metric["Namespace"], metric["MetricName"], dimensions(metric.get("Dimensions") or [])
    )
    points = list(
        STORE.read(
            series,
            _seconds(asked["StartTime"]),
            _seconds(asked["EndTime"]),
            int(stat["Period"]),
            stat["Stat"],
            unit=stat.get("Unit"),
            now=CLOCK.seconds(),
        )
    )
    if asked.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        points.reverse()
    return points


@replaces(CloudWatchResponse)
def list_metrics(self: CloudWatchResponse) -> ActionResult:
    namespace, name = self._get_param("Namespace"), self._get_param("MetricName")
    wanted = dimensions(self._get_params().get("Dimensions") or [])
    metrics = [
        {
            "Namespace": series.namespace,
            "MetricName": series.name,
            "Dimensions": [{"Name": key, "Value": value} for key, value in series.dimensions],
        }
        for series in STORE.series()
        if namespace in (None, series.namespace)
        and name in (None, series.name)
        and wanted <= series.dimensions
    ]
    return ActionResult({"Metrics": metrics})


@replaces(CloudWatchResponse)
def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
    raise ValidationError("The sandbox answers GetMetricData only; ask with it.")


def _seconds(moment: datetime | str) -> float:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
