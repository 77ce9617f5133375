"""An ordinary day passes at the lab's 200 times: clients send requests to tasks that the sandbox's
scaling starts and stops. The recommended setting refuses none of them, a bad one does.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp import ClientSession, web

from lab.clock import MINUTE, LabClock
from lab.pace import Pace
from pay.model.scaling.demand_curve import built_in_week
from pay.model.scaling.simulation import CPU_AT_PEAK
from sandbox.server.process import Server
from tests.support.scaled_services import CLUSTER, place, scaled_services

pytestmark = pytest.mark.slow

ACCOUNT = "222222222222"
PEAK, WEEK = 15, built_in_week()
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)
"""The busiest weekday, in winter: London's time is UTC."""

REQUESTS_PER_TASK = 3
"""What a task answers in a minute at the most; each stands for many of Pay's requests."""

BAD_ENDS_HOUR = 9
"""It has failed by then."""


@dataclass
class Tasks:
    """A service's load balancer and the tasks behind it."""

    clock: LabClock
    desired: int = 1
    running: int = 1
    """Those that take requests: AWS starts a task within a minute, and stops one at once."""
    counts: list[int] = field(default_factory=list)
    """The running tasks of each minute."""
    answers: Counter[int] = field(default_factory=Counter)
    """Status -> answers that clients got."""
    answered: int = 0
    """In this minute."""
    _taken: deque[float] = field(default_factory=deque)

    async def answer(self, _: web.BaseRequest) -> web.Response:
        """Answer 503 when the tasks have answered as many as they can within a minute."""
        now = self.clock.now.timestamp()
        while self._taken and self._taken[0] <= now - MINUTE:
            self._taken.popleft()
        if len(self._taken) >= self.running * REQUESTS_PER_TASK:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        self._taken.append(now)
        self.answered += 1
        return web.Response()

    async def send(self, session: ClientSession, url: str, hours: int) -> None:
        """Send what clients send, evenly over each minute, until an hour of the day."""

        async def one() -> None:
            async with session.get(url) as response:
                self.answers[response.status] += 1

        peak = PEAK * REQUESTS_PER_TASK * CPU_AT_PEAK / 100
        due, before = 0.0, MONDAY.timestamp()
        while (now := self.clock.now.timestamp()) < MONDAY.timestamp() + hours * 60 * MINUTE:
            due += peak * (now - before) / MINUTE * WEEK.part_of_peak(before - MONDAY.timestamp())
            whole, before = int(due), now
            due -= whole
            await asyncio.gather(*(one() for _ in range(whole)), self.clock.wait(1))


@dataclass
class Day:
    """The services meet their demand, minute by minute of the sandbox's clock."""

    server: Server
    ecs: Any
    services: dict[str, Tasks] = field(default_factory=dict)

    async def every_minute(self, start: int) -> None:
        """Let AWS see the CPU of a minute that is over, and learn the tasks of the next."""
        rows = []
        for name, tasks in self.services.items():
            tasks.counts.append(tasks.running)
            cpu = 100 * tasks.answered / (tasks.running * REQUESTS_PER_TASK)
            tasks.answered = 0
            rows.append(
                {
                    "namespace": "AWS/ECS",
                    "name": "CPUUtilization",
                    "dimensions": {"ClusterName": CLUSTER, "ServiceName": name},
                    "points": [[start, min(100.0, cpu), 1]],
                    "unit": "Percent",
                }
            )
        self.server.administer("metrics", method="POST", body=rows)
        self.server.administer("clock", method="POST", body={"now": start + MINUTE})
        described = self.ecs.describe_services(cluster=CLUSTER, services=[*self.services])
        for service in described["services"]:
            tasks = self.services[service["serviceName"]]
            before, tasks.desired = tasks.desired, service["desiredCount"]
            tasks.running = min(before, tasks.desired)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with scaled_services(ACCOUNT, {"recommended": 4, "bad": 1}) as started:
        started.administer("clock", method="POST", body={"now": MONDAY.timestamp()})
        yield started


def scale(server: Server, service: str, *, least: int, night: int | None, target: float) -> None:
    scaling = server.client("application-autoscaling")
    scaling.register_scalable_target(
        **place(service), MinCapacity=night or least, MaxCapacity=2 * PEAK
    )
    scaling.put_scaling_policy(
        **place(service),
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
            },
            "TargetValue": target,
            "ScaleInCooldown": 300,
            "ScaleOutCooldown": 60,
        },
    )
    if night is None:
        return
    for name, schedule, count in (
        ("day", "cron(45 5 * * ? *)", least),
        ("night", "cron(0 22 * * ? *)", night),
    ):
        scaling.put_scheduled_action(
            **place(service),
            ScheduledActionName=name,
            Schedule=schedule,
            Timezone="Europe/London",
            ScalableTargetAction={"MinCapacity": count},
        )


@pytest.fixture(scope="module")
def day(server: Server) -> Day:
    """Monday as both settings carry it."""
    scale(server, "recommended", least=9, night=4, target=50)
    scale(server, "bad", least=1, night=None, target=95)
    passed = Day(server, server.client("ecs"))

    async def run() -> None:
        async with AsyncExitStack() as stack:
            clock = LabClock(Pace(200), MONDAY, passed.every_minute)
            session = await stack.enter_async_context(ClientSession())
            clients = []
            for name, hours in (("recommended", 24), ("bad", BAD_ENDS_HOUR)):
                tasks = Tasks(clock)
                runner = web.ServerRunner(web.Server(tasks.answer))
                await runner.setup()
                stack.push_async_callback(runner.cleanup)
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                [(_, port)] = runner.addresses
                clients.append(tasks.send(session, f"http://127.0.0.1:{port}/", hours))
                passed.services[name] = tasks
            await passed.every_minute(int(MONDAY.timestamp()) - MINUTE)
            await stack.enter_async_context(clock)
            await asyncio.gather(*clients)

    asyncio.run(run())
    return passed


def test_the_recommended_setting_carries_an_ordinary_day(day: Day) -> None:
    tasks = day.services["recommended"]
    assert set(tasks.answers) == {HTTPStatus.OK}
    assert tasks.answers[HTTPStatus.OK] > 10_000
    assert min(tasks.counts[2:]) == 4
    assert tasks.counts[6 * 60] >= 9
    assert sum(tasks.counts) / len(tasks.counts) < 0.85 * PEAK


def test_one_task_at_95_per_cent_refuses_requests(day: Day) -> None:
    assert day.services["bad"].answers[HTTPStatus.SERVICE_UNAVAILABLE] > 5
