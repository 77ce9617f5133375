"""After bounds have risen, nothing goes on before the tasks that they ask for are healthy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side
from pay.model.side import STEADY_STATE_SECONDS, ServiceSide
from rollout.aws.polling import Clock
from rollout.scaling import healthy_tasks
from rollout.terminal.refusal import Failed, Finding, Refused


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.sleep, 10)


class Balancer:
    """Elastic Load Balancing with one group; a task more is healthy with each look."""

    class exceptions:
        class TargetGroupNotFoundException(Exception):
            pass

    def __init__(self, first: int, most: int) -> None:
        self.healthy, self.most = first, most

    def describe_target_groups(self, Names: list[str]) -> Any:
        assert Names == ["sandbox-connector-fg-tg"]
        return {"TargetGroups": [{"TargetGroupArn": "arn"}]}

    def describe_target_health(self, **_: str) -> Any:
        states = ["healthy"] * self.healthy + ["initial"] * 3
        self.healthy = min(self.most, self.healthy + 1)
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": each}} for each in states]}


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(healthy_tasks, "CLOCK", time.clock())
    return time


@pytest.fixture
def side(environments: Mapping[str, Environment]) -> ServiceSide:
    return ServiceSide(CATALOGUE["connector"], environments["sandbox"], Side.FARGATE)


def reaches(monkeypatch: pytest.MonkeyPatch, balancer: Balancer) -> None:
    @contextmanager
    def asking(_: Environment) -> Iterator[Any]:
        yield lambda service: balancer

    monkeypatch.setattr(healthy_tasks, "asking", asking)


@pytest.mark.parametrize("missing", [0, 2])
def test_waits_until_as_many_as_the_minimum_are_healthy(
    side: ServiceSide, time: Time, monkeypatch: pytest.MonkeyPatch, missing: int
) -> None:
    peak = side.deployment.tasks.peak
    reaches(monkeypatch, Balancer(peak - missing, peak))
    healthy_tasks.wait_for_tasks(side)
    assert time.now == 10 * missing


def test_says_how_many_are_healthy_when_it_gives_up(
    side: ServiceSide, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    peak = side.deployment.tasks.peak
    reaches(monkeypatch, Balancer(0, peak - 1))
    with pytest.raises(Failed, match=f"{peak - 1} of its {peak} tasks are healthy after 20 minut"):
        healthy_tasks.wait_for_tasks(side)
    assert time.now == STEADY_STATE_SECONDS


def test_says_why_nobody_saw_them(
    side: ServiceSide, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asking(_: Environment) -> Any:
        raise Refused("looking", [Finding("credentials", "no credentials", "log in")])

    monkeypatch.setattr(healthy_tasks, "asking", asking)
    with pytest.raises(Failed, match="connector is applied, but nobody saw its tasks: no cred"):
        healthy_tasks.wait_for_tasks(side)
