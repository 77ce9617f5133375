"""The metrics that AWS would send of the lab's traffic, minute by minute and side by side.

Sources: AWS, "CloudWatch metrics for your Application Load Balancer", and the same page of the
Network Load Balancer. A count of zero is not sent; `RequestCount` has no request without a target.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from lab.clock import MINUTE
from lab.estate import Balancer, EstateState
from pay.model import names
from pay.model.metrics import (
    CONNECTIONS,
    ELB_5XX,
    ELB_503,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_5XX,
    TARGET_RESETS,
    Dimension,
    Metric,
    arn_suffix,
    response_time,
    side_dimensions,
)
from pay.model.queue_metrics import DELETED, RECEIVED
from pay.model.service.dependencies import Access
from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType, Side
from rollout.measure.span import WEEK
from sandbox.server.process import Server

PUBLICATION_LAG_SECONDS = 180
"""From the end of a minute until CloudWatch has it. Load balancers send each 60 seconds, and the
judge waits for 5 minutes."""

HISTORY = timedelta(weeks=4, hours=4)
"""Before the walk: what the judge compares with, and the level of the hours before."""
HISTORY_PERIOD = 5 * MINUTE
HISTORY_OF_QUEUES = WEEK + timedelta(hours=4)
"""The judge compares messages with the week before alone. It reads what is there at each look."""

MESSAGES_A_MINUTE = 60
"""Of each queue that the service works. No client sends any, and both sides would work them. The
lab reports that all received ones were worked, as in the week before."""


class RequestOutcome(Enum):
    """The end of a request."""

    ANSWERED = "a task answered"
    FAILED = "a task failed"
    REFUSED = "no task was healthy"


@dataclass(frozen=True)
class Served:
    """One request, as a load balancer counts it."""

    side: Side
    outcome: RequestOutcome
    seconds: float
    """From the request to the answer, in the lab's seconds. The pace does not shorten work."""
    opens_connection: bool
    """It is the first of its connection."""


OnServed = Callable[[Served], None]


@dataclass
class SideMinute:
    """The requests of a side in a minute."""

    outcomes: Counter[RequestOutcome] = field(default_factory=Counter)
    seconds: Counter[float] = field(default_factory=Counter)
    """Each response time, to the millisecond, and how many requests took it."""
    connections: int = 0

    def add(self, served: Served) -> None:
        self.outcomes[served.outcome] += 1
        self.connections += served.opens_connection
        if served.outcome is not RequestOutcome.REFUSED:
            self.seconds[round(served.seconds, 3)] += 1

    def values(self, balancer: LoadBalancerType) -> Iterator[tuple[Metric, Mapping[float, int]]]:
        """Yield the values of each metric, and how often each was seen."""
        failed, refused = (
            self.outcomes[RequestOutcome.FAILED],
            self.outcomes[RequestOutcome.REFUSED],
        )
        if balancer is LoadBalancerType.NETWORK:
            yield CONNECTIONS, {1: self.connections}
            yield TARGET_RESETS, {1: failed}
            return
        yield REQUESTS, {1: self.outcomes.total() - refused}
        yield TARGET_5XX, {1: failed}
        yield ELB_5XX, {1: refused}
        yield ELB_503, {1: refused}
        yield response_time(50), self.seconds


Point = tuple[int, float, int]
"""A minute, a value, and how often it was seen."""

MetricRow = Mapping[str, Any]
"""A metric with its points, as the sandbox's door takes it."""


class LabMetrics:
    """Counts what both sides of a service serve, and sends it to the sandbox when AWS would."""

    def __init__(
        self,
        server: Server,
        sides: Mapping[Side, ServiceSide],
        estate: Callable[[], EstateState],
    ) -> None:
        """`estate` returns the present state of the load balancers."""
        self._server, self._sides, self._estate = server, sides, estate
        side = sides[Side.EC2]
        self._type = side.service.load_balancer_type
        self._queues = [
            names.queue(side.environment.name, use.name)
            for use in side.service.queues
            if Access.RECEIVE in use.access
        ]
        self._minute: dict[Side, SideMinute] = defaultdict(SideMinute)
        self._unpublished: deque[tuple[int, list[MetricRow]]] = deque()
        self._totals: list[int] = []

    def count(self, served: Served) -> None:
        """Add a request to the present minute."""
        self._minute[served.side].add(served)

    async def minute_over(self, minute: int) -> None:
        """Close a minute, set the sandbox's clock, and send the minutes that AWS has by now."""
        self._totals.append(sum(each.outcomes.total() for each in self._minute.values()))
        self._unpublished.append((minute, list(self._rows(minute))))
        self._minute.clear()
        now = minute + MINUTE
        rows: list[MetricRow] = []
        while self._unpublished and self._unpublished[0][0] <= minute - PUBLICATION_LAG_SECONDS:
            rows += self._unpublished.popleft()[1]
        await asyncio.to_thread(self._send, now, rows)

    def send_history(self, start: datetime) -> None:
        """Send the weeks before `start`, with the total so far in every minute, all of it on EC2.

        The judge compares with them, and the lab has no past.
        """
        [dimensions] = [known for side, _, known in self._balancers() if side is Side.EC2]
        metric = REQUESTS if self._type is LoadBalancerType.APPLICATION else CONNECTIONS
        minutes = HISTORY_PERIOD // MINUTE
        usual = round(sum(self._totals) / len(self._totals) * minutes)
        first, last = (int(moment.timestamp()) for moment in (start - HISTORY, start))
        times = range(first, last, HISTORY_PERIOD)
        newest = times[-(HISTORY_OF_QUEUES // timedelta(seconds=HISTORY_PERIOD)) :]
        rows = [
            _row(metric, dimensions, [(at, 1, usual) for at in times]),
            *self._messages([(at, MESSAGES_A_MINUTE * minutes, 1) for at in newest]),
        ]
        self._server.administer("metrics", method="POST", body=rows)

    def _send(self, now: int, rows: list[MetricRow]) -> None:
        self._server.administer("clock", method="POST", body={"now": now})
        if rows:
            self._server.administer("metrics", method="POST", body=rows)

    def _rows(self, minute: int) -> Iterator[MetricRow]:
        hosts = HEALTHY_HOSTS[self._type]
        for side, balancer, dimensions in self._balancers():
            yield _row(hosts, dimensions, [(minute, balancer.tasks, 1)])
            for metric, values in self._minute[side].values(self._type):
                points = [(minute, value, count) for value, count in values.items() if count]
                if points:
                    yield _row(metric, dimensions, points)
        yield from self._messages([(minute, MESSAGES_A_MINUTE, 1)])

    def _messages(self, points: list[Point]) -> Iterator[MetricRow]:
        for queue in self._queues:
            for metric in (RECEIVED, DELETED):
                yield _row(metric, {"QueueName": queue}, points)

    def _balancers(self) -> Iterator[tuple[Side, Balancer, Mapping[Dimension, str]]]:
        """Yield each side whose load balancer exists, with targets to forward to, and the names
        that CloudWatch knows it by.
        """
        estate = self._estate()
        for name, side in self._sides.items():
            balancer = estate.balancer(side.load_balancer)
            if balancer and balancer.target_groups:
                yield (
                    name,
                    balancer,
                    side_dimensions(
                        side,
                        load_balancer=arn_suffix(balancer.arn),
                        target_group=arn_suffix(balancer.target_groups[0]),
                    ),
                )


def _row(metric: Metric, dimensions: Mapping[Dimension, str], points: list[Point]) -> MetricRow:
    return {
        "namespace": metric.namespace,
        "name": metric.name,
        "dimensions": metric.dimension_values(dimensions),
        "unit": metric.unit,
        "points": points,
    }
