"""Reads what the logs of a forward proxy say of its tunnels, side by side."""

from dataclasses import dataclass

from pay.model.judging.minutes import Minute
from pay.model.log_metrics import proxy_log
from pay.model.vocabulary import Side
from rollout.measure.asked import ServiceToJudge
from rollout.measure.cloudwatch import Query, Series
from rollout.measure.span import Span


@dataclass(frozen=True)
class TunnelSeries:
    """The tunnels of both sides; one that squid could not open, or refused, has failed."""

    asked: ServiceToJudge
    series: Series
    """The series that was read, with what else was read beside it."""

    def counts(self, span: Span) -> list[Minute]:
        """Return the tunnels and the failed ones in each period of a span."""
        points = {
            side: [self.series[query] for query in _of_side(self.asked, side, span.period_seconds)]
            for side in Side
        }

        def counted(side: Side, at: int) -> tuple[int, int]:
            tunnels, *failed = (each.get(at, 0.0) for each in points[side])
            return round(tunnels), round(sum(failed))

        return [Minute(*counted(Side.EC2, at), *counted(Side.FARGATE, at)) for at in span]


def tunnel_queries(asked: ServiceToJudge, period_seconds: int) -> list[Query]:
    """Return what TunnelSeries is read by."""
    return [query for side in Side for query in _of_side(asked, side, period_seconds)]


def _of_side(asked: ServiceToJudge, side: Side, period_seconds: int) -> list[Query]:
    return [Query.of(log.metric, {}, period_seconds) for log in proxy_log(asked.sides[side])]
