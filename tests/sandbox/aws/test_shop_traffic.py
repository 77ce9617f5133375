"""What load balancers count of the stub shop's requests, and the capacity of the tasks behind."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest

from pay.model import LoadBalancerType, Side
from pay.model.metrics import (
    ELB_503,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_5XX,
    TASK_CPU,
    Dimension,
    Metric,
    response_time,
)
from sandbox.aws import shop_traffic
from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch.metric_store import STORE, StoredSeries
from sandbox.aws.shop_traffic import Behind, ShopSide, ShopTraffic
from sandbox.shop.shop import ShopAnswer

NOON = 1_800_014_400
GOOD, BAD = ShopAnswer(HTTPStatus.OK), ShopAnswer(HTTPStatus.INTERNAL_SERVER_ERROR)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    CLOCK.set(NOON)
    yield
    CLOCK.set(time.time())


@pytest.fixture
def dimensions(request: pytest.FixtureRequest) -> dict[Dimension, str]:
    """No other test counts under these."""
    test = request.node.name
    return {
        "LoadBalancer": f"app/{test}/1",
        "TargetGroup": f"targetgroup/{test}/1",
        "ClusterName": test,
        "ServiceName": "cardid",
    }


def behind(
    dimensions: dict[Dimension, str], tasks: int, rate: float, service: str = "cardid"
) -> ShopTraffic:
    traffic = ShopTraffic()
    traffic.places = {ShopSide(service, Side.EC2): Behind("lb.example", dimensions, tasks)}
    traffic.per_task = {service: rate}
    return traffic


def counted(dimensions: dict[Dimension, str], metric: Metric, statistic: str = "Sum") -> float:
    pairs = frozenset(metric.dimension_values(dimensions).items())
    series = StoredSeries(metric.namespace, metric.name, pairs)
    points = STORE.read(series, NOON - 60, NOON + 60, 60, statistic, now=NOON)
    return sum(value for _, value in points)


def ask(traffic: ShopTraffic, times: int, service: str = "cardid") -> list[int]:
    """Return the answers to requests that come at once."""
    with ThreadPoolExecutor(times) as pool:
        asked = [pool.submit(traffic.serve, Side.EC2, service, lambda: GOOD) for _ in range(times)]
        return sorted(each.result().status for each in asked)


def test_counts_every_request_and_what_failed(dimensions: dict[Dimension, str]) -> None:
    traffic = behind(dimensions, 1, 1000)
    for answer in (GOOD, GOOD, BAD):
        assert traffic.serve(Side.EC2, "cardid", lambda answer=answer: answer) is answer  # type: ignore[misc]
    assert counted(dimensions, REQUESTS) == 3
    assert counted(dimensions, TARGET_5XX) == 1
    assert counted(dimensions, response_time(50), "SampleCount") == 3


def test_a_request_without_a_target_is_the_load_balancers(dimensions: dict[Dimension, str]) -> None:
    traffic = behind(dimensions, 0, 1000)
    traffic.serve(Side.EC2, "cardid", lambda: ShopAnswer(HTTPStatus.SERVICE_UNAVAILABLE))
    assert counted(dimensions, ELB_503) == 1
    assert counted(dimensions, REQUESTS) == 0


@pytest.mark.parametrize(("tasks", "statuses"), [(1, [200, 200, 200, 503]), (2, [200] * 4)])
def test_what_is_beyond_the_tasks_waits_and_then_fails(
    dimensions: dict[Dimension, str],
    monkeypatch: pytest.MonkeyPatch,
    tasks: int,
    statuses: list[int],
) -> None:
    monkeypatch.setattr(shop_traffic, "LONGEST_WAIT_SECONDS", 0.5)
    traffic = behind(dimensions, tasks, 5)
    assert ask(traffic, 4) == statuses
    assert counted(dimensions, TARGET_5XX) == statuses.count(503)
    assert counted(dimensions, response_time(95), "Maximum") >= 0.3


def test_a_caller_fails_with_what_it_calls(
    dimensions: dict[Dimension, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_traffic, "LONGEST_WAIT_SECONDS", 0.05)
    traffic = behind(dimensions, 1, 5, service="ledger")
    traffic._weights = {"ledger": {Side.EC2: 1, Side.FARGATE: 0}}
    assert ask(traffic, 2, "publicapi") == [200, 500]
    assert counted(dimensions, REQUESTS) == 2


def test_a_minute_has_the_targets_and_the_cpu_that_it_had(dimensions: dict[Dimension, str]) -> None:
    traffic = behind(dimensions, 2, 10)
    place = dict(traffic.places)
    traffic.look()  # the minute begins
    traffic.places = place
    assert ask(traffic, 4) == [200] * 4
    CLOCK.set(NOON + 60)
    traffic.look()
    assert counted(dimensions, HEALTHY_HOSTS[LoadBalancerType.APPLICATION], "Minimum") == 2
    assert 50 < counted(dimensions, TASK_CPU, "Average") <= 100
