"""Reads what SQS counted of the queues that a service receives from."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from pay.model import names
from pay.model.judging.before import Count, before
from pay.model.judging.queues import DeadLetters, Queue
from pay.model.metrics import Metric
from pay.model.queue_metrics import DELETED, OLDEST, RECEIVED, WAITING
from pay.model.service.dependencies import Access
from rollout.aws.clients import Client
from rollout.measure.asked import ServiceToJudge
from rollout.measure.cloudwatch import Points, Query, Series
from rollout.measure.database import PERIOD_SECONDS, line_of
from rollout.measure.span import WEEK, Span, on_the_clock
from rollout.terminal.refusal import Failed

REPORTED_MINUTES = 15


DeadLettersOf = Mapping[str, str | None]
"""The name of each queue -> that of the queue of its dead letters; None if it has none."""

_METRICS = (RECEIVED, DELETED, OLDEST, WAITING)


def received_queues(asked: ServiceToJudge, client: Client) -> DeadLettersOf:
    """Return the queues that a service receives from. Raises Failed when one does not exist."""
    received = [use.name for use in asked.service.queues if Access.RECEIVE in use.access]
    queues = [names.queue(asked.environment.name, name) for name in received]
    return {queue: _dead_letter_queue(client("sqs"), queue) for queue in queues}


def queue_queries(dead: DeadLettersOf) -> list[Query]:
    """Return what queues are read by."""
    own = [_query(queue, metric) for queue in dead for metric in _METRICS]
    return [*own, *(_query(letters, WAITING) for letters in dead.values() if letters)]


def queues(dead: DeadLettersOf, span: Span, series: Series) -> list[Queue]:
    """Return each queue over the stage's span and the week before."""
    start, end = (on_the_clock(moment, PERIOD_SECONDS) for moment in (span.start, span.end))
    week = Span(start - WEEK, start, PERIOD_SECONDS)
    stage = Span(start, end, PERIOD_SECONDS)
    return [_queue(queue, letters, series, week, stage) for queue, letters in dead.items()]


def _query(queue: str, metric: Metric) -> Query:
    return Query.of(metric, {"QueueName": queue}, PERIOD_SECONDS)


def _queue(queue: str, dead: str | None, series: Series, week: Span, stage: Span) -> Queue:
    newest = stage.end.timestamp() - REPORTED_MINUTES * 60
    own = {metric: series[_query(queue, metric)] for metric in _METRICS}
    worked = _counts(own[RECEIVED], own[DELETED], stage)
    before_it = _counts(own[RECEIVED], own[DELETED], week)
    letters = series[_query(dead, WAITING)] if dead else {}
    held = _held(letters, Span(week.start, stage.end, PERIOD_SECONDS))
    begins = len(range(int(week.start.timestamp()), int(week.end.timestamp()), PERIOD_SECONDS))
    return Queue(
        name=queue,
        is_reported=any(at >= newest for points in own.values() for at in points),
        minutes=stage.minutes,
        received=_total(worked),
        usual=before(_hours(before_it)),
        usual_a_day=_total(before_it).tried / WEEK.days,
        age_seconds=line_of(own[OLDEST], week, stage),
        depth=line_of(own[WAITING], week, stage),
        dead_letters=DeadLetters(held[begins - 1 :], held[:begins]) if dead else None,
    )


def _counts(received: Points, deleted: Points, span: Span) -> list[Count]:
    """Return by period the messages received, and those of them that were not deleted in it."""
    return [
        Count(received.get(at, 0.0), received.get(at, 0.0) - deleted.get(at, 0.0)) for at in span
    ]


def _total(counts: Sequence[Count]) -> Count:
    """Return all together. A message that was received in one period and deleted in the next one
    evens out.
    """
    tried = sum(count.tried for count in counts)
    return Count(tried, min(tried, max(0.0, sum(count.failed for count in counts))))


def _hours(counts: Sequence[Count]) -> list[Count]:
    size = 3600 // PERIOD_SECONDS
    return [_total(counts[at : at + size]) for at in range(0, len(counts), size)]


def _held(points: Points, span: Span) -> list[float]:
    """Return what a queue held by period; one without a report is as the one before."""
    held: list[float] = []
    for at in span:
        held.append(points.get(at, held[-1] if held else 0.0))
    return held


def _dead_letter_queue(sqs: Any, queue: str) -> str | None:
    """Return the queue of a queue's dead letters, by its redrive policy; None if it has none."""
    try:
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    except ClientError as error:
        raise Failed(
            f"queue {queue}: {error.response['Error']['Message']}; check its name in the "
            "catalogue, and the right sqs:GetQueueAttributes"
        ) from None
    policy = answer.get("Attributes", {}).get("RedrivePolicy")
    return json.loads(policy)["deadLetterTargetArn"].rpartition(":")[2] if policy else None
