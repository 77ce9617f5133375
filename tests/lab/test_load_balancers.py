"""The servers that act as load balancers serve as many requests as their tasks can."""

import asyncio
import random
from collections import Counter

import aiohttp
import pytest

from lab.addresses import LoopbackAddresses
from lab.estate import EstateState
from lab.load_balancers import SIDE_HEADER, SideServers
from lab.metrics import OnServed, RequestOutcome, Served
from lab.pace import Pace
from lab.traffic import HEADROOM
from pay.model import Side
from pay.model.stage.dns_answers import TargetHealth
from tests.lab.stories import balancer

REQUESTS = 100
PEAK_TASKS = 2


def estate(ec2_tasks: int) -> EstateState:
    tasks = {Side.EC2: ec2_tasks, Side.FARGATE: PEAK_TASKS}
    balancers = {
        f"{side}.example": balancer(side, TargetHealth(count)) for side, count in tasks.items()
    }
    return EstateState(1, 0.0, (), balancers)


def answers(
    ec2_tasks: int,
    sides: tuple[Side, ...],
    *,
    faulty_share: float = 0,
    on_served: OnServed = lambda _: None,
) -> Counter[tuple[str, int]]:
    """Sides and statuses of requests that go to `sides` in turns."""

    async def send() -> Counter[tuple[str, int]]:
        addresses = LoopbackAddresses()
        servers = SideServers(
            {side: str(side) for side in Side},
            addresses,
            Pace(1),
            share_of_task=HEADROOM / PEAK_TASKS,
            request_seconds=0,
            dice=random.Random(1),
            on_served=on_served,
        )
        servers.set_fault(Side.FARGATE, faulty_share)
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


def test_a_faulty_side_fails_its_share_and_the_other_side_none() -> None:
    counts = answers(PEAK_TASKS, (Side.EC2, Side.FARGATE), faulty_share=0.5)
    assert counts["ec2", 200] == REQUESTS // 2
    assert counts["fargate", 500] / (REQUESTS // 2) == pytest.approx(0.5, abs=0.2)
    assert counts["fargate", 500] + counts["fargate", 200] == REQUESTS // 2


@pytest.mark.parametrize(
    ("tasks", "share", "outcome"),
    [
        (PEAK_TASKS, 0.0, RequestOutcome.ANSWERED),
        (PEAK_TASKS, 1.0, RequestOutcome.FAILED),
    ],
)
def test_every_answer_is_counted_as_what_it_was(
    tasks: int, share: float, outcome: RequestOutcome
) -> None:
    served: list[Served] = []
    answers(tasks, (Side.FARGATE,), faulty_share=share, on_served=served.append)
    assert {(each.side, each.outcome) for each in served} == {(Side.FARGATE, outcome)}
    assert len(served) == REQUESTS
    assert sum(each.opens_connection for each in served) == 1


def test_an_answer_without_a_task_is_the_load_balancers() -> None:
    served: list[Served] = []
    answers(0, (Side.EC2,), on_served=served.append)
    assert {each.outcome for each in served} == {RequestOutcome.REFUSED}
