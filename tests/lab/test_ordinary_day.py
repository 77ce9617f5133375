"""An ordinary day passes by the lab's clock: the sandbox's scaling follows its demand minute by
minute. With the recommended setting every request finds room, with a bad one many do not.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.clock import MINUTE, Clock
from lab.pace import Pace
from pay.model.scaling.demand_curve import built_in_week
from pay.model.scaling.simulation import CPU_AT_PEAK
from sandbox.server.process import Server
from tests.support.scaled_service import CLUSTER, PLACE, scaled_service

pytestmark = pytest.mark.slow

ACCOUNT = "222222222222"
PEAK, WEEK = 15, built_in_week()
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)
"""The busiest weekday, in winter: London's time is UTC."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("day") / "server.log"
    with scaled_service(ACCOUNT, log, tasks=1) as started:
        yield started


@dataclass
class Day:
    """Demand of a day against the tasks that the sandbox's scaling runs."""

    server: Server
    ecs: Any
    counts: list[int] = field(default_factory=list)
    overloaded_minutes: int = 0

    async def every_minute(self, start: int) -> None:
        """Let one minute's demand meet the tasks, and AWS see its CPU."""
        passed = start - MONDAY.timestamp()
        demand = PEAK * CPU_AT_PEAK * WEEK.part_of_peak(passed + MINUTE / 2)
        [service] = self.ecs.describe_services(cluster=CLUSTER, services=["web"])["services"]
        self.counts.append(service["desiredCount"])
        # A task that was asked for within the last minute has no part of the load yet.
        load = demand / min(self.counts[-2:])
        self.overloaded_minutes += load > 100
        row = {
            "namespace": "AWS/ECS",
            "name": "CPUUtilization",
            "dimensions": {"ClusterName": CLUSTER, "ServiceName": "web"},
            "points": [[start, min(100.0, load), 1]],
            "unit": "Percent",
        }
        self.server.administer("metrics", method="POST", body=[row])
        self.server.administer("clock", method="POST", body={"now": start + MINUTE})


def passed(server: Server, *, least: int, night: int | None, target: float, until: int = 24) -> Day:
    """Return Monday up to an hour as a setting carries it."""
    scaling, day = server.client("application-autoscaling"), Day(server, server.client("ecs"))
    start = MONDAY.timestamp()
    server.administer("clock", method="POST", body={"now": start})
    scaling.register_scalable_target(**PLACE, MinCapacity=night or least, MaxCapacity=2 * PEAK)
    scaling.put_scaling_policy(
        **PLACE,
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
    for name, schedule, count in (
        ("day", "cron(45 5 * * ? *)", least),
        ("night", "cron(0 22 * * ? *)", night),
    ):
        if night is not None:
            scaling.put_scheduled_action(
                **PLACE,
                ScheduledActionName=name,
                Schedule=schedule,
                Timezone="Europe/London",
                ScalableTargetAction={"MinCapacity": count},
            )

    async def run() -> None:
        async with Clock(Pace(6000), MONDAY, day.every_minute) as clock:
            await clock.wait(until * 60 * MINUTE)

    asyncio.run(run())
    scaling.deregister_scalable_target(**PLACE)
    return day


def test_the_recommended_setting_carries_an_ordinary_day(server: Server) -> None:
    day = passed(server, least=9, night=4, target=50)
    assert day.overloaded_minutes == 0
    assert min(day.counts) == 4
    assert day.counts[6 * 60] >= 9
    assert sum(day.counts) / len(day.counts) < 0.85 * PEAK


def test_one_task_at_95_per_cent_does_not(server: Server) -> None:
    assert passed(server, least=1, night=None, target=95, until=9).overloaded_minutes > 5
