"""Reads what the logs of a forward proxy say of its tunnels, side by side."""

from typing import Any

from pay.model.judging.minutes import Minute
from pay.model.log_metrics import proxy_log
from pay.model.vocabulary import Side
from rollout.measure.asked import Asked
from rollout.measure.cloudwatch import Points, Query, read
from rollout.measure.span import Span


class TunnelSeries:
    """The tunnels of both sides; one that squid could not open, or refused, has failed."""

    def __init__(self, asked: Asked, span: Span, cloudwatch: Any) -> None:
        """Read them. Raises Failed when CloudWatch does not answer in full."""
        wanted = [(side, log.metric) for side in Side for log in proxy_log(asked.sides[side])]
        queries = [Query(metric, {}, span.period_seconds) for _, metric in wanted]
        # CloudWatch refuses a span without a minute.
        points = read(cloudwatch, queries, span.start, span.end) if span.start < span.end else ()
        self._points: dict[Side, list[Points]] = {side: [] for side in Side}
        for (side, _), series in zip(wanted, points, strict=bool(points)):
            self._points[side].append(series)

    def counts(self, span: Span) -> list[Minute]:
        """Return the tunnels and the failed ones in each period of a span."""
        return [Minute(*self._at(Side.EC2, at), *self._at(Side.FARGATE, at)) for at in span]

    def _at(self, side: Side, at: int) -> tuple[int, int]:
        tunnels, *failed = (series.get(at, 0.0) for series in self._points[side])
        return round(tunnels), round(sum(failed))
