"""Reads how busy the database of a service is."""

from collections.abc import Mapping
from typing import Any

from pay.model import names
from pay.model.judging.database import LEAST
from pay.model.judging.line import PERIOD_MINUTES, Line
from pay.model.metrics import Metric
from rollout.measure.asked import Asked
from rollout.measure.cloudwatch import Points, Query, read
from rollout.measure.span import WEEK, Span, on_the_clock

PERIOD_SECONDS = PERIOD_MINUTES * 60


def read_database(asked: Asked, span: Span, cloudwatch: Any) -> Mapping[Metric, Line]:
    """Return each metric over the stage's span and the week before; empty without a database.

    Raises Failed when CloudWatch does not answer in full.
    """
    if not (database := asked.service.database):
        return {}
    name = names.database(asked.environment.name, asked.service.name, database.identifier_suffix)
    start, end = (on_the_clock(moment, PERIOD_SECONDS) for moment in (span.start, span.end))
    queries = [Query(metric, {"DBInstanceIdentifier": name}, PERIOD_SECONDS) for metric in LEAST]
    series = read(cloudwatch, queries, start - WEEK, end)
    week, stage = Span(start - WEEK, start, PERIOD_SECONDS), Span(start, end, PERIOD_SECONDS)
    return {
        metric: line_of(points, week, stage) for metric, points in zip(LEAST, series, strict=True)
    }


def line_of(points: Points, week: Span, stage: Span) -> Line:
    """Return the level of a metric in the stage, and its highest of the week before."""
    return Line(
        now=[points.get(at, 0.0) for at in stage],
        highest_before=max((points.get(at, 0.0) for at in week), default=0.0),
    )
