"""Reads what a forward proxy's log says of its tunnels."""

from typing import Any

from pay.model.judging.before import Before, Count, before
from pay.model.log_metrics import proxy_log
from rollout.measure.asked import Asked
from rollout.measure.cloudwatch import Query, read
from rollout.measure.span import LONG_PERIOD_SECONDS, WEEK, Span, on_the_clock


def read_tunnels(asked: Asked, span: Span, cloudwatch: Any) -> tuple[Count, Before | None]:
    """Return the tunnels of the stage's span, and those of the week before; None: it has none.

    Raises Failed when CloudWatch does not answer in full.
    """
    log = proxy_log(asked.environment, asked.service)
    start, end = (on_the_clock(moment, LONG_PERIOD_SECONDS) for moment in (span.start, span.end))
    queries = [
        Query(each.metric, {}, LONG_PERIOD_SECONDS)
        for each in (log.tunnels, log.failed, log.denied)
    ]
    tunnels, failed, denied = read(cloudwatch, queries, start - WEEK, end)

    def counts(periods: Span) -> list[Count]:
        return [
            Count(tunnels.get(at, 0.0), failed.get(at, 0.0) + denied.get(at, 0.0)) for at in periods
        ]

    stage = counts(Span(start, end, LONG_PERIOD_SECONDS))
    seen = Count(sum(count.tried for count in stage), sum(count.failed for count in stage))
    return seen, before(counts(Span(start - WEEK, start, LONG_PERIOD_SECONDS)))
