"""The load balancers and the tasks behind the stub shop.

Every request to a service passes its load balancer. Its calls pass the load balancers of the
services that it calls. Their records select the side.

Load balancers count what AWS counts, in the minute of the sandbox's clock. Source: AWS, "CloudWatch
metrics for your Application Load Balancer".

A task may have a capacity (`/_sandbox/capacity`). Requests beyond it wait, and its CPU is as busy
as that. A service that has no load balancer here counts nothing and has no limit.
"""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

from moto.ecs.models import ecs_backends
from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.route53.models import route53_backends

from pay.catalogue import CATALOGUE
from pay.model import LoadBalancerType, Side, names
from pay.model.metrics import (
    ELB_5XX,
    ELB_503,
    HEALTHY_HOSTS,
    REQUESTS,
    TARGET_4XX,
    TARGET_5XX,
    TASK_CPU,
    Dimension,
    Metric,
    arn_suffix,
    response_time,
)
from sandbox.aws.clock import CLOCK
from sandbox.aws.cloudwatch.metric_store import MINUTE, STORE, StoredSeries
from sandbox.aws.elbv2 import balancers_of_groups
from sandbox.settings import SandboxSettings
from sandbox.shop.shop import ShopAnswer

SETTINGS = SandboxSettings.from_environment()

LONGEST_WAIT_SECONDS = 2.0
"""A request that would wait longer for a task is answered with 503."""

FULL = ShopAnswer(HTTPStatus.SERVICE_UNAVAILABLE)
CALL_FAILED = ShopAnswer(HTTPStatus.INTERNAL_SERVER_ERROR)

_OF_STATUS: Mapping[int, tuple[Metric, ...]] = {4: (TARGET_4XX,), 5: (TARGET_5XX,)}


class ShopSide(NamedTuple):
    """A side of a service."""

    service: str
    side: Side


@dataclass(frozen=True)
class Behind:
    """The load balancer of a place with its targets, as they are now."""

    dns_name: str
    dimensions: Mapping[Dimension, str]
    tasks: int
    """Its healthy targets; 0 also without a listener."""


class ShopTraffic:
    """The traffic through the load balancers of this sandbox."""

    def __init__(self) -> None:
        self.per_task: dict[str, float] = {}
        """Service -> the requests a second that one task answers; the others have no limit."""
        self.places: Mapping[ShopSide, Behind] = {}
        self._weights: Mapping[str, Mapping[Side, int]] = {}
        self._lock = threading.Lock()
        self._free_at: dict[ShopSide, float] = {}
        """The time at which the tasks of a place have answered all requests so far."""
        self._requests = Counter[ShopSide]()
        self._busy = defaultdict[ShopSide, float](float)
        """Seconds of work, since the last minute ended."""
        self._minute, self._since = 0, time.monotonic()

    def look(self) -> None:
        """Read the current places; store the averages of a minute that has ended."""
        before, self.places = self.places, dict(_places())
        self._weights = _weights(self.places)
        minute = int(CLOCK.seconds()) // MINUTE * MINUTE
        with self._lock:
            if minute == self._minute:
                return
            over, self._minute = self._minute, minute
            now = time.monotonic()
            seconds, self._since = now - self._since, now
            requests, busy = dict(self._requests), dict(self._busy)
            self._requests.clear()
            self._busy.clear()
        for place, count in requests.items():
            if behind := before.get(place):
                self._average(behind, over, count, busy.get(place), seconds)

    def serve(self, side: Side, service: str, answer: Callable[[], ShopAnswer]) -> ShopAnswer:
        """Answer a request by `answer`, after the time that its tasks and its calls take."""
        return self._serve(ShopSide(service, side), answer, set())

    def _serve(
        self, place: ShopSide, answer: Callable[[], ShopAnswer], called: set[str]
    ) -> ShopAnswer:
        began = time.monotonic()
        called.add(place.service)
        behind = self.places.get(place)
        if behind and not behind.tasks:
            answered = answer()
            self._count(behind, ELB_5XX, ELB_503)
            return answered
        if not self._work(place, behind):
            answered = FULL
        elif not all(self._call(each, called) for each in _called(place.service)):
            answered = CALL_FAILED
        else:
            answered = answer()
        if behind:
            seconds = round(time.monotonic() - began, 3)
            self._count(behind, REQUESTS, *_OF_STATUS.get(answered.status // 100, ()))
            self._put(behind, response_time(50), CLOCK.seconds(), seconds)
            with self._lock:
                self._requests[place] += 1
        return answered

    def _call(self, service: str, called: set[str]) -> bool:
        """Return whether a call succeeds. A request calls each service once."""
        weights = self._weights.get(service, {})
        if service in called or not any(weights.values()):
            return True
        [side] = random.choices([*weights], [*weights.values()])
        place = ShopSide(service, side)
        if not self.places[place].tasks:
            return True  # the shop answers in its place, as it does where it is not deployed
        answered = self._serve(place, lambda: ShopAnswer(HTTPStatus.OK), called)
        return answered.status == HTTPStatus.OK

    def _work(self, place: ShopSide, behind: Behind | None) -> bool:
        """Wait until a task has done its work; return False at once where that takes too long."""
        rate = self.per_task.get(place.service)
        if rate is None or behind is None:
            return True
        work = 1 / (rate * behind.tasks)
        with self._lock:
            now = time.monotonic()
            start = max(now, self._free_at.get(place, now))
            if start - now > LONGEST_WAIT_SECONDS:
                return False
            self._free_at[place] = start + work
            self._busy[place] += work
        time.sleep(start + work - now)
        return True

    def _count(self, behind: Behind, *metrics: Metric) -> None:
        for metric in metrics:
            self._put(behind, metric, CLOCK.seconds(), 1)

    def _average(
        self, behind: Behind, minute: int, count: int, busy: float | None, seconds: float
    ) -> None:
        """Store the metrics of a minute; `busy` is None where tasks have no limit."""
        self._put(behind, HEALTHY_HOSTS[LoadBalancerType.APPLICATION], minute, behind.tasks)
        if busy is not None and "ServiceName" in behind.dimensions:
            self._put(behind, TASK_CPU, minute, min(100.0, round(100 * busy / seconds, 1)))
        if behind.tasks:
            dimensions = frozenset(REQUESTS.dimension_values(behind.dimensions).items())
            series = StoredSeries(REQUESTS.namespace, "RequestCountPerTarget", dimensions)
            STORE.put(series, minute, {count / behind.tasks: 1.0})

    @staticmethod
    def _put(behind: Behind, metric: Metric, at: float, value: float) -> None:
        dimensions = frozenset(metric.dimension_values(behind.dimensions).items())
        series = StoredSeries(metric.namespace, metric.name, dimensions)
        STORE.put(series, at, {float(value): 1.0}, unit=metric.unit)


TRAFFIC = ShopTraffic()
"""The server has one."""


def _called(service: str) -> tuple[str, ...]:
    return CATALOGUE[service].called if service in CATALOGUE else ()


def _places() -> Iterator[tuple[ShopSide, Behind]]:
    backend = elbv2_backends[SETTINGS.account_id][SETTINGS.region]
    groups_of = defaultdict[str, list[FakeTargetGroup]](list)
    attached = balancers_of_groups(backend)
    for group in backend.target_groups.values():
        for arn in attached.get(group.arn, ()):
            groups_of[arn].append(group)
    for balancer in backend.load_balancers.values():
        service, side = place_of(balancer)
        groups = groups_of[balancer.arn]
        if not service or not groups:
            continue
        healthy = sum(
            target.status == "healthy"
            for group in groups
            for target in backend.describe_target_health(group.arn, [])
        )
        yield (
            ShopSide(service, side),
            Behind(
                balancer.dns_name,
                _dimensions(balancer, groups[0]),
                healthy if balancer.listeners else 0,
            ),
        )


def _dimensions(balancer: FakeLoadBalancer, group: FakeTargetGroup) -> Mapping[Dimension, str]:
    """Return the names that CloudWatch knows a place by; those of ECS where a service uses it."""
    known: dict[Dimension, str] = {
        "LoadBalancer": arn_suffix(balancer.arn),
        "TargetGroup": arn_suffix(group.arn),
    }
    ecs: Any = ecs_backends[SETTINGS.account_id][SETTINGS.region]
    for service in ecs.services.values():
        if any(each.get("targetGroupArn") == group.arn for each in service.load_balancers or ()):
            known |= {"ClusterName": service.cluster_name, "ServiceName": service.name}
    return known


def _weights(places: Mapping[ShopSide, Behind]) -> Mapping[str, Mapping[Side, int]]:
    """Return service -> side -> the weight of the records that lead there."""
    by_name = {behind.dns_name: place for place, behind in places.items()}
    weights: dict[str, Counter[Side]] = defaultdict(Counter)
    records: Iterator[Any] = (
        record
        for zone in route53_backends[SETTINGS.account_id]["aws"].zones.values()
        for record in zone.rrsets
        if record.alias_target
    )
    for record in records:
        if place := by_name.get(str(record.alias_target["DNSName"]).rstrip(".")):
            weight = 1 if record.weight is None else int(record.weight)
            weights[place.service][place.side] += weight
    return weights


@cache
def _load_balancers() -> Mapping[str, ShopSide]:
    """Map the end of a load balancer's name to its service and side."""
    return {
        names.load_balancer("x", service, side).removeprefix("x-"): ShopSide(service, side)
        for service in CATALOGUE
        for side in Side
    }


def place_of(balancer: FakeLoadBalancer) -> ShopSide:
    """Return the service and the side of a load balancer, by its tags or by its name."""
    backend: Any = elbv2_backends[SETTINGS.account_id][SETTINGS.region]
    tags = {
        tag["Key"]: tag["Value"]
        for tag in backend.tagging_service.list_tags_for_resource(balancer.arn)["Tags"]
    }
    if "Service" in tags and "Side" in tags:
        return ShopSide(tags["Service"], Side(tags["Side"]))
    for end, place in _load_balancers().items():
        if balancer.name.endswith(f"-{end}"):
            return place
    return ShopSide("", Side.FARGATE if "-fg-" in balancer.name else Side.EC2)
