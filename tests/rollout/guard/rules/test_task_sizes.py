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


def with_heap(options: str, name: str = "JAVA_OPTS", **changes: Any) -> Json:
    return container(environment=[{"name": name, "value": options}], **changes)


@pytest.mark.parametrize(
    "container_after",
    [
        with_heap("-Xmx16G"),
        with_heap("-Xmx512m"),
        with_heap("-Xms600m -Xmx400m"),
        with_heap("-XX:MaxRAMPercentage=100"),
        with_heap("-Xmx lots"),
        with_heap("-Xmx16G", "JAVA_TOOL_OPTIONS"),
        with_heap("--max-old-space-size=16384", "NODE_OPTIONS"),
        with_heap("-Xmx1G", memory=None),
    ],
)
def test_refuses_a_heap_that_does_not_fit(refused: Judge, container_after: Json) -> None:
    """Into the container's limit, or into the task's where the container has none."""
    before = with_heap("-Xmx256m", memory=container_after["memory"])
    task = task_definition([before], [container_after])
    task["change"]["before"] |= {"memory": "1024"}
    task["change"]["after"] |= {"memory": "1024"}
    rules = found(refused, plan(EC2, task), stage=Stage.HALF)
    assert "keeps-the-size-of-its-tasks" in rules


@pytest.mark.parametrize("options", ["-Xmx400m", "-Xms64m -Xmx300m", "-XX:MaxRAMPercentage=75"])
def test_lets_a_heap_change_that_fits(refused: Judge, options: str) -> None:
    task = task_definition([with_heap("-Xmx256m")], [with_heap(options)])
    assert found(refused, plan(EC2, task), stage=Stage.HALF) == set()


@pytest.mark.parametrize(("options", "expected"), [("-Xmx128m", 0), ("-Xmx100m", 1), ("-Xms9m", 0)])
def test_refuses_a_heap_of_less_than_half(refused: Judge, options: str, expected: int) -> None:
    task = task_definition([with_heap("-Xmx256m")], [with_heap(options)])
    assert len(refused(plan(EC2, task), stage=Stage.HALF)) == expected


def test_leaves_a_heap_alone_that_ran_with_no_more_memory(refused: Judge) -> None:
    for after in (512, 700):
        task = task_definition(
            [with_heap("-Xmx1G", memory=512)], [with_heap("-Xmx1G", memory=after)]
        )
        assert found(refused, plan(EC2, task), stage=Stage.HALF) == set()


def test_refuses_a_limit_of_the_task_below_the_heap_of_a_container(refused: Judge) -> None:
    task = task_definition([with_heap("-Xmx1G", memory=None)], [with_heap("-Xmx1G", memory=None)])
    task["change"]["before"] |= {"memory": "2048"}
    task["change"]["after"] |= {"memory": "1024"}
    texts = [r.finding.saw for r in refused(plan(EC2, task), stage=Stage.HALF)]
    assert any("-Xmx1G in JAVA_OPTS does not fit into the 1024 MiB" in text for text in texts)


def test_lets_tasks_grow_and_lose_a_limit(refused: Judge) -> None:
    grown = container(cpu=512, memory=None, memoryReservation=256)
    task = sized({"cpu": "1024", "memory": "4096"}, grown, container("adot"))
    assert found(refused, plan(EC2, task), stage=Stage.HALF) == set()
