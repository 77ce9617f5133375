"""CloudWatch's GetMetricData: metrics, metric math and SEARCH, with AWS's limits and pages.

Where moto 5.2 differs from AWS:
- It ignores the namespace of a metric with dimensions.
- It has no percentiles.
- It begins periods at the start of the query.
- It answers Complete and no values for an unknown expression.

Sources: AWS, CloudWatch API reference, `GetMetricData` and `MetricDataQuery`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from sandbox.aws.clock import CLOCK, seconds_of
from sandbox.aws.cloudwatch import metric_math
from sandbox.aws.cloudwatch.metric_math import BadExpression, MathExpression
from sandbox.aws.cloudwatch.metric_search import BadSearch, parse_search
from sandbox.aws.cloudwatch.metric_store import (
    DAY,
    PERCENTILE,
    STATISTICS,
    STORE,
    StoredSeries,
    dimensions,
)
from sandbox.aws.pages import skipped
from sandbox.aws.patching import replaces

MAX_QUERIES = 500
"""In one call."""
MAX_POINTS = 100_800
"""On one page."""
LONGEST_EXPRESSION = 2048
SEARCHED_SECONDS = 14 * DAY
"""A search finds series with a value in the last two weeks."""

_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")


@dataclass(frozen=True)
class MetricDataResult:
    """One series of the answer."""

    id: str
    label: str
    points: Sequence[tuple[int, float]]


@replaces(CloudWatchResponse)
def get_metric_data(self: CloudWatchResponse) -> ActionResult:
    asked = self._get_params()
    queries: list[dict[str, Any]] = asked.get("MetricDataQueries") or []
    expressions = _checked(asked, queries)
    results = list(_MetricDataCall(asked, queries, expressions).results())
    if asked.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        results = [MetricDataResult(r.id, r.label, r.points[::-1]) for r in results]
    page = min(MAX_POINTS, int(asked.get("MaxDatapoints") or MAX_POINTS))
    begin = skipped(asked)
    # An answer with expressions has no pages.
    end = begin + page if not expressions else sum(len(r.points) for r in results)
    answer: dict[str, Any] = {"MetricDataResults": [], "Messages": []}
    passed = 0
    for result in results:
        first, last = (min(max(at - passed, 0), len(result.points)) for at in (begin, end))
        passed += len(result.points)
        shown = result.points[first:last]
        answer["MetricDataResults"].append(
            {
                "Id": result.id,
                "Label": result.label,
                "Timestamps": [datetime.fromtimestamp(at, UTC) for at, _ in shown],
                "Values": [value for _, value in shown],
                "StatusCode": "PartialData" if last < len(result.points) else "Complete",
            }
        )
    if passed > end:
        answer["NextToken"] = str(end)
    return ActionResult(answer)


def _checked(
    asked: Mapping[str, Any], queries: Sequence[dict[str, Any]]
) -> Mapping[str, MathExpression]:
    """Return the expressions by the ids of their queries; raises what AWS refuses."""
    if not 0 < len(queries) <= MAX_QUERIES:
        raise ValidationError(f"MetricDataQueries has 1 to {MAX_QUERIES} members.")
    if seconds_of(asked["StartTime"]) >= seconds_of(asked["EndTime"]):
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    ids = [query["Id"] for query in queries]
    for id in ids:
        if not _ID.fullmatch(id) or ids.count(id) > 1:
            raise ValidationError(f"The Id {id} starts with a small letter and is there once.")
    expressions = {}
    for query in queries:
        if ("MetricStat" in query) == ("Expression" in query):
            raise ValidationError(f"The query {query['Id']} has a MetricStat, or else Expression.")
        if "MetricStat" in query:
            _check_stat(query["MetricStat"])
        else:
            expressions[query["Id"]] = _expression(query, ids)
    return expressions


def _check_stat(stat: Mapping[str, Any]) -> None:
    period, statistic = int(stat["Period"]), stat["Stat"]
    if period % 60 or period < 60:
        raise ValidationError("Period is a multiple of 60 for metrics of the usual resolution.")
    if statistic not in STATISTICS and not PERCENTILE.fullmatch(statistic):
        raise ValidationError(f"The value {statistic} for parameter Stat is not supported.")


def _expression(query: Mapping[str, Any], ids: Sequence[str]) -> MathExpression:
    text = query["Expression"]
    if not 1 <= len(text) <= LONGEST_EXPRESSION:
        raise ValidationError(f"Expression has 1 to {LONGEST_EXPRESSION} characters.")
    try:
        parsed = metric_math.parse(text)
    except BadExpression as error:
        raise ValidationError(str(error)) from None
    if unknown := sorted(parsed.ids - set(ids) | {query["Id"]} & parsed.ids):
        raise ValidationError(f"Error in expression '{query['Id']}': unknown {unknown}")
    return parsed


class _MetricDataCall:
    """Evaluates the queries of one call, each after those that it names."""

    def __init__(
        self,
        asked: Mapping[str, Any],
        queries: Sequence[dict[str, Any]],
        expressions: Mapping[str, MathExpression],
    ) -> None:
        self._start, self._end = (seconds_of(asked[key]) for key in ("StartTime", "EndTime"))
        self._queries, self._expressions = queries, expressions
        self._values: dict[str, metric_math.Value] = {}
        self._periods: dict[str, int] = {}
        self._labels: dict[str, list[str]] = {}

    def results(self) -> Iterator[MetricDataResult]:
        for query in self._queries:
            if "MetricStat" in query:
                self._values[query["Id"]] = self._metric(query)
        waiting = dict(self._expressions)
        while waiting:
            ready = [id for id, each in waiting.items() if not each.ids & waiting.keys()]
            if not ready:
                raise ValidationError(f"The expressions {sorted(waiting)} name each other.")
            for id in ready:
                self._values[id] = self._calculated(id, waiting.pop(id))
        for query in self._queries:
            if query.get("ReturnData", True):
                yield from self._result(query)

    def _metric(self, query: Mapping[str, Any]) -> metric_math.Series:
        stat = query["MetricStat"]
        metric = stat["Metric"]
        own = dimensions(metric.get("Dimensions") or [])
        series = StoredSeries(metric["Namespace"], metric["MetricName"], own)
        self._periods[query["Id"]] = int(stat["Period"])
        return self._read(series, stat["Stat"], int(stat["Period"]), stat.get("Unit"))

    def _read(
        self, series: StoredSeries, statistic: str, period: int, unit: str | None = None
    ) -> metric_math.Series:
        now = CLOCK.seconds()
        return dict(
            STORE.read(series, self._start, self._end, period, statistic, unit=unit, now=now)
        )

    def _calculated(self, id: str, expression: MathExpression) -> metric_math.Value:
        """Evaluate over the period of the queries in the expression.

        Raises ValidationError if they have several periods.
        """
        named = {self._periods[each] for each in expression.ids if each in self._periods}
        own = next(query.get("Period") for query in self._queries if query["Id"] == id)
        periods = named or ({int(own)} if own else set(self._periods.values())) or {300}
        if len(periods) > 1:
            raise ValidationError(
                f"The sandbox has expressions over one period; {id} has {sorted(periods)}."
            )
        (period,) = periods
        self._periods[id] = period
        times = range(int(self._start) // period * period, int(self._end), period)

        def search(text: str, statistic: str, of: int | None) -> list[metric_math.Series]:
            matches = _search(text)
            self._labels[id] = [_label(series) for series in matches]
            return [self._read(series, statistic, of or period) for series in matches]

        try:
            return expression.value(self._values, times, period, search)
        except (BadExpression, BadSearch) as error:
            raise ValidationError(str(error)) from None

    def _result(self, query: Mapping[str, Any]) -> Iterator[MetricDataResult]:
        id, value = query["Id"], self._values[query["Id"]]
        stat = query.get("MetricStat")
        label = query.get("Label") or (stat["Metric"]["MetricName"] if stat else id)
        if isinstance(value, float):
            raise ValidationError(f"Error in expression '{id}': a number, not a time series.")
        if isinstance(value, dict):
            yield MetricDataResult(id, label, sorted(value.items()))
            return
        labels = self._labels.get(id, [])
        for number, series in enumerate(value):
            own = labels[number] if len(labels) == len(value) else label
            yield MetricDataResult(id, own, sorted(series.items()))


def _search(text: str) -> list[StoredSeries]:
    """Return the series of a search with a value in the last two weeks, by their names."""
    search, now = parse_search(text), CLOCK.seconds()
    minute = int(now) // 60 * 60
    return sorted(
        (
            series
            for series in STORE.series()
            if search.finds(series)
            and STORE.has_value(series, minute - SEARCHED_SECONDS, minute + 60)
        ),
        key=_label,
    )


def _label(series: StoredSeries) -> str:
    return " ".join((*(value for _, value in sorted(series.dimensions)), series.name))
