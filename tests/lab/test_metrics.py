"""The lab's metrics are those that AWS sends: by minute and side, late, and without zeros."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from lab.clock import MINUTE
from lab.metrics import (
    PUBLICATION_LAG_SECONDS,
    LabMetrics,
    RequestOutcome,
    Served,
)
from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.metrics import REQUESTS
from sandbox.server.process import Server
from tests.lab.stories import SERVICE, Story
from tests.support.metrics import sides_of

FIRST = 1_764_150_000


class Doors:
    """A sandbox that keeps what it is sent."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.clock: list[int] = []

    def administer(self, what: str, *, method: str, body: Any) -> None:
        assert method == "POST"
        if what == "clock":
            self.clock.append(body["now"])
        else:
            self.rows += body

    def points(self, name: str, side: Side) -> list[tuple[int, float, int]]:
        return [
            point
            for row in self.rows
            if row["name"] == name and f"app/{side}/" in row["dimensions"].get("LoadBalancer", "")
            for point in row["points"]
        ]


@pytest.fixture
def doors() -> Doors:
    return Doors()


def metrics_of(
    environments: Mapping[str, Environment], doors: Doors, service: str = SERVICE
) -> LabMetrics:
    estate = Story().then(100, 0).states[-1]
    sides = sides_of(environments["sandbox"], service, CATALOGUE)
    for side, each in sides.items():
        object.__setattr__(estate.balancers[f"{side}.example"], "name", each.load_balancer)
    return LabMetrics(cast(Server, doors), sides, lambda: estate)


@pytest.fixture
def metrics(environments: Mapping[str, Environment], doors: Doors) -> LabMetrics:
    return metrics_of(environments, doors)


def served(
    side: Side, outcome: RequestOutcome = RequestOutcome.ANSWERED, seconds: float = 0.02
) -> Served:
    return Served(side, outcome, seconds, opens_connection=True)


def end_minutes(metrics: LabMetrics, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        asyncio.run(metrics.minute_over(FIRST + number * MINUTE))


def test_a_minute_is_sent_when_aws_has_it(metrics: LabMetrics, doors: Doors) -> None:
    metrics.count(served(Side.EC2))
    late = PUBLICATION_LAG_SECONDS // MINUTE
    end_minutes(metrics, late)
    assert doors.rows == []
    end_minutes(metrics, 1, first=late)
    assert doors.points("RequestCount", Side.EC2) == [(FIRST, 1, 1)]
    assert doors.clock == [FIRST + (number + 1) * MINUTE for number in range(late + 1)]


def test_sides_are_counted_apart_and_zeros_are_not_sent(metrics: LabMetrics, doors: Doors) -> None:
    for _ in range(3):
        metrics.count(served(Side.EC2))
    metrics.count(served(Side.FARGATE, RequestOutcome.FAILED))
    metrics.count(served(Side.FARGATE, RequestOutcome.REFUSED))
    end_minutes(metrics, 4)
    assert doors.points("RequestCount", Side.EC2) == [(FIRST, 1, 3)]
    assert doors.points("HTTPCode_Target_5XX_Count", Side.EC2) == []
    # A request without a target is in no RequestCount.
    assert doors.points("RequestCount", Side.FARGATE) == [(FIRST, 1, 1)]
    assert doors.points("HTTPCode_Target_5XX_Count", Side.FARGATE) == [(FIRST, 1, 1)]
    assert doors.points("HTTPCode_ELB_503_Count", Side.FARGATE) == [(FIRST, 1, 1)]


def test_response_times_are_sent_with_how_often_each_was_seen(
    metrics: LabMetrics, doors: Doors
) -> None:
    for seconds in (0.0201, 0.0204, 0.5):
        metrics.count(served(Side.EC2, seconds=seconds))
    end_minutes(metrics, 4)
    points = doors.points("TargetResponseTime", Side.EC2)
    assert sorted(points) == [(FIRST, 0.02, 2), (FIRST, 0.5, 1)]


def test_healthy_tasks_are_sent_without_requests_too(metrics: LabMetrics, doors: Doors) -> None:
    end_minutes(metrics, 5)
    for side in Side:
        assert [value for _, value, _ in doors.points("HealthyHostCount", side)] == [2, 2]


def test_the_weeks_before_have_what_was_measured(metrics: LabMetrics, doors: Doors) -> None:
    for requests in (50, 70):
        for _ in range(requests):
            metrics.count(served(Side.EC2))
        end_minutes(metrics, 1)
    start = datetime.fromtimestamp(FIRST, UTC)
    metrics.send_history(start)
    points = doors.points(REQUESTS.name, Side.EC2)
    times = [at for at, *_ in points]
    assert {count for *_, count in points} == {300}
    assert max(times) == FIRST - 300
    assert int((start - timedelta(weeks=4)).timestamp()) in times


def test_messages_are_worked_as_in_the_week_before(metrics: LabMetrics, doors: Doors) -> None:
    end_minutes(metrics, 4)
    metrics.send_history(datetime.fromtimestamp(FIRST, UTC))
    queues: dict[str, dict[str, float]] = {}
    for row in doors.rows:
        if row["namespace"] == "AWS/SQS":
            total = sum(value for _, value, _ in row["points"])
            sums = queues.setdefault(row["dimensions"]["QueueName"], {})
            sums[row["name"]] = sums.get(row["name"], 0) + total
    assert len(queues) == 3
    for sums in queues.values():
        assert sums["NumberOfMessagesReceived"] == sums["NumberOfMessagesDeleted"] > 0


def test_a_network_balancer_counts_connections(
    environments: Mapping[str, Environment], doors: Doors
) -> None:
    proxy = metrics_of(environments, doors, "egress")
    proxy.count(served(Side.EC2))
    proxy.count(Served(Side.EC2, RequestOutcome.ANSWERED, 0.02, opens_connection=False))
    end_minutes(proxy, 4)
    names = {row["name"] for row in doors.rows}
    assert names == {"NewFlowCount", "HealthyHostCount"}
    assert doors.points("NewFlowCount", Side.EC2) == [(FIRST, 1, 1)]
