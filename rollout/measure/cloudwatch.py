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
    dimensions: Mapping[Dimension, str]
    """All that the side knows; the metric takes its own."""
    period_seconds: int = 60


def read(
    cloudwatch: Any, queries: Sequence[Query], start: datetime, end: datetime
) -> Sequence[Points]:
    """Return the points of each query from `start` to before `end`.

    Raises Failed when CloudWatch does not answer a query in full: what is missing is not zero.
    """
    points: list[dict[int, float]] = [{} for _ in queries]
    for number, batch in enumerate(_batches(queries)):
        for index, found in _read_batch(cloudwatch, batch, start, end):
            points[number * MAX_QUERIES + index] = found
    return points


def _batches(queries: Sequence[Query]) -> Iterable[Sequence[Query]]:
    return (queries[at : at + MAX_QUERIES] for at in range(0, len(queries), MAX_QUERIES))


def _read_batch(
    cloudwatch: Any, queries: Sequence[Query], start: datetime, end: datetime
) -> Iterable[tuple[int, dict[int, float]]]:
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
                f"{', '.join(query.metric.dimension_values(query.dimensions).values())}; an answer "
                "in part is no data: run it again, and check the right cloudwatch:GetMetricData"
            )
        yield index, points[_id(index)]


def _id(index: int) -> str:
    return f"q{index}"


def _asked(index: int, query: Query) -> dict[str, Any]:
    dimensions = query.metric.dimension_values(query.dimensions)
    return {
        "Id": _id(index),
        "MetricStat": {
            "Metric": {
                "Namespace": query.metric.namespace,
                "MetricName": query.metric.name,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in dimensions.items()
                ],
            },
            "Period": query.period_seconds,
            "Stat": query.metric.statistic,
        },
    }
