"""The servers that act as load balancers serve as many requests as their tasks can."""

import asyncio
from collections import Counter

import aiohttp
import pytest

from lab.addresses import Addresses
from lab.estate import Balancer, Estate
from lab.load_balancers import SIDE_HEADER, SideServers
from lab.pace import Pace
from lab.traffic import HEADROOM
from pay.model import Side
from pay.model.stage.dns_answers import TargetHealth

REQUESTS = 100
PEAK_TASKS = 2


def estate(ec2_tasks: int) -> Estate:
    tasks = {Side.EC2: ec2_tasks, Side.FARGATE: PEAK_TASKS}
    balancers = {
        f"{side}.example": Balancer(side, f"{side}.example", True, (TargetHealth(count),), 300)
        for side, count in tasks.items()
    }
    return Estate(1, 0.0, (), balancers)


def answers(ec2_tasks: int, sides: tuple[Side, ...]) -> Counter[tuple[str, int]]:
    """Sides and statuses of requests that go to `sides` in turns."""

    async def send() -> Counter[tuple[str, int]]:
        addresses = Addresses()
        servers = SideServers(
            {side: str(side) for side in Side},
            addresses,
            Pace(1),
            share_of_task=HEADROOM / PEAK_TASKS,
            request_seconds=0,
        )
        port = await servers.start(estate(ec2_tasks))
        counts: Counter[tuple[str, int]] = Counter()
        async with aiohttp.ClientSession() as session:
            for number in range(REQUESTS):
                address = addresses.of(f"{sides[number % len(sides)]}.example")
                async with session.get(f"http://{address}:{port}/") as answer:
                    counts[answer.headers[SIDE_HEADER], answer.status] += 1
        await servers.stop()
        return counts

    return asyncio.run(send())


def test_the_tasks_of_the_peak_answer_everything() -> None:
    assert answers(PEAK_TASKS, (Side.EC2,)) == {("ec2", 200): REQUESTS}


def test_half_of_the_tasks_answer_half_of_the_traffic() -> None:
    counts = answers(PEAK_TASKS // 2, (Side.FARGATE, Side.EC2))
    assert counts == {("ec2", 200): REQUESTS // 2, ("fargate", 200): REQUESTS // 2}


def test_half_of_the_tasks_do_not_answer_everything() -> None:
    counts = answers(PEAK_TASKS // 2, (Side.EC2,))
    assert counts["ec2", 200] / REQUESTS == pytest.approx(HEADROOM / 2, abs=0.05)
    assert counts["ec2", 503] == REQUESTS - counts["ec2", 200]


def test_no_task_answers_nothing() -> None:
    assert answers(0, (Side.EC2,)) == {("ec2", 503): REQUESTS}
