"""Reads metrics: every page of it, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pay.model.metrics import Dimension, Metric
from rollout.terminal.refusal import Failed

MAX_QUERIES = 500
"""In one call (AWS: CloudWatch API reference, `GetMetricData`)."""
MAX_PAGES = 50
"""A month of 20 series of minutes has 9."""

Points = Mapping[int, float]
"""The start of a period, in seconds since the epoch -> the statistic. A period without data is not
in it."""


@dataclass(frozen=True)
class Query:
    """One series that is read."""

    metric: Metric
    dimensions: tuple[tuple[str, str], ...]
    """The metric's own, by name."""
    period_seconds: int

    @classmethod
    def of(
        cls, metric: Metric, known: Mapping[Dimension, str], period_seconds: int = 60
    ) -> "Query":
        """Return the query of a metric, which takes its own of all `known` dimensions."""
        return cls(metric, tuple(metric.dimension_values(known).items()), period_seconds)


Series = Mapping[Query, Points]


def read(cloudwatch: Any, queries: Iterable[Query], start: datetime, end: datetime) -> Series:
    """Return the points of each query from `start` to before `end`. Queries of several periods go
    into one call, so `start` is on the clock of the longest.

    Raises Failed when CloudWatch does not answer a query in full. What is missing is not zero.
    """
    points: dict[Query, Points] = {}
    for batch in _batches(list(dict.fromkeys(queries))):
        points.update(_read_batch(cloudwatch, batch, start, end))
    return points


def _batches(queries: Sequence[Query]) -> Iterable[Sequence[Query]]:
    return (queries[at : at + MAX_QUERIES] for at in range(0, len(queries), MAX_QUERIES))


def _read_batch(
    cloudwatch: Any, queries: Sequence[Query], start: datetime, end: datetime
) -> Iterable[tuple[Query, dict[int, float]]]:
    asked = {
        "MetricDataQueries": [_asked(index, query) for index, query in enumerate(queries)],
        "StartTime": start,
        "EndTime": end,
        "ScanBy": "TimestampAscending",
    }
    points: dict[str, dict[int, float]] = {_id(index): {} for index in range(len(queries))}
    statuses: dict[str, str] = {}
    token: str | None = None
    for _ in range(MAX_PAGES):
        page = cloudwatch.get_metric_data(**asked, **({"NextToken": token} if token else {}))
        for result in page["MetricDataResults"]:
            times = (int(at.timestamp()) for at in result["Timestamps"])
            points[result["Id"]].update(zip(times, result["Values"], strict=True))
            statuses[result["Id"]] = result.get("StatusCode", "Complete")
        before, token = token, page.get("NextToken")
        if not token:
            break
        if token == before:
            raise Failed("CloudWatch sent the same page again and again; run it again")
    else:
        raise Failed(f"CloudWatch sent more than {MAX_PAGES} pages; run it again")
    for index, query in enumerate(queries):
        status = statuses.get(_id(index), "no answer")
        if status != "Complete":
            raise Failed(
                f"CloudWatch answered {status} for {query.metric.namespace} {query.metric.name} of "
                f"{', '.join(value for _, value in query.dimensions)}. An answer "
                "in part is no data. Run it again, and check the right cloudwatch:GetMetricData"
            )
        yield query, points[_id(index)]


def _id(index: int) -> str:
    return f"q{index}"


def _asked(index: int, query: Query) -> dict[str, Any]:
    return {
        "Id": _id(index),
        "MetricStat": {
            "Metric": {
                "Namespace": query.metric.namespace,
                "MetricName": query.metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
            },
            "Period": query.period_seconds,
            "Stat": query.metric.statistic,
        },
    }
