"""What the guard refuses about the size of tasks."""

from typing import Any

import pytest

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import EC2, FARGATE, Json, container, plan, task_definition

SIZE: Json = {"cpu": "512", "memory": "2048"}


def sized(size: Json, *containers: Json, **more: Any) -> Json:
    task = task_definition([container(memoryReservation=128)], containers, **more)
    task["change"]["before"] |= SIZE
    task["change"]["after"] |= size
    return task


SHRUNK = [
    sized({**SIZE, "cpu": "16"}, container(memoryReservation=128)),
    sized({**SIZE, "memory": "32"}, container(memoryReservation=128)),
    sized(SIZE, container(memoryReservation=128, cpu=16)),
    sized(SIZE, container(memoryReservation=128, cpu=None)),
    sized(SIZE, container(memoryReservation=128, memory=32)),
    sized(SIZE, container(memoryReservation=64)),
    sized(SIZE, container()),
]


@pytest.mark.parametrize("task", SHRUNK)
def test_refuses_smaller_tasks_where_traffic_can_reach_them(refused: Judge, task: Json) -> None:
    rule = {"keeps-the-size-of-its-tasks"}
    assert found(refused, plan(EC2, task), stage=Stage.LEGACY) == rule
    assert found(refused, plan(FARGATE, task), stage=Stage.READY) == rule
    assert found(refused, plan(FARGATE, task), stage=Stage.DARK) == set()


def test_refuses_a_limit_where_there_was_none(refused: Judge) -> None:
    task = task_definition([container(memory=None)], [container(memory=64)])
    assert found(refused, plan(EC2, task), stage=Stage.HALF) == {"keeps-the-size-of-its-tasks"}


def test_refuses_a_size_that_nobody_knows(refused: Judge) -> None:
    task = sized({}, container(memoryReservation=128), unknown={"memory": True})
    assert found(refused, plan(EC2, task), stage=Stage.HALF) == {"keeps-the-size-of-its-tasks"}


def test_lets_tasks_grow_and_lose_a_limit(refused: Judge) -> None:
    grown = container(cpu=512, memory=None, memoryReservation=256)
    task = sized({"cpu": "1024", "memory": "4096"}, grown, container("adot"))
    assert found(refused, plan(EC2, task), stage=Stage.HALF) == set()
