"""Measures how busy the database of a service is."""

from collections.abc import Mapping

from pay.model import names
from pay.model.judging.database import LEAST
from pay.model.judging.line import PERIOD_MINUTES, Levels
from pay.model.metrics import Metric
from rollout.measure.asked import ServiceToJudge
from rollout.measure.cloudwatch import Points, Query, Series
from rollout.measure.span import WEEK, Span, on_the_clock

PERIOD_SECONDS = PERIOD_MINUTES * 60


def database_queries(asked: ServiceToJudge) -> list[Query]:
    """Return what a service's database is read by; empty without one."""
    if not (database := asked.service.database):
        return []
    name = names.database(asked.environment.name, asked.service.name, database.identifier_suffix)
    return [Query.of(metric, {"DBInstanceIdentifier": name}, PERIOD_SECONDS) for metric in LEAST]


def database_lines(asked: ServiceToJudge, span: Span, series: Series) -> Mapping[Metric, Levels]:
    """Return each metric over the stage's span and the week before."""
    start, end = (on_the_clock(moment, PERIOD_SECONDS) for moment in (span.start, span.end))
    week, stage = Span(start - WEEK, start, PERIOD_SECONDS), Span(start, end, PERIOD_SECONDS)
    return {query.metric: line_of(series[query], week, stage) for query in database_queries(asked)}


def line_of(points: Points, week: Span, stage: Span) -> Levels:
    """Return the level of a metric in the stage, and its highest of the week before."""
    return Levels(
        now=[points.get(at, 0.0) for at in stage],
        highest_before=max((points.get(at, 0.0) for at in week), default=0.0),
    )
