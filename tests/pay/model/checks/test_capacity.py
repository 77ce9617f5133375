"""The legacy cluster's instances hold the daily peak, and one task more."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.utilities.utils import load_resource

from pay.catalogue import CATALOGUE
from pay.model import Environment, Segment, Stage
from pay.model.checks.capacity import capacity_problems, room_needed
from pay.model.environment.environment import Capacity, Deployment
from pay.model.environment.instance_types import FAMILIES, MEMORY_FOR_TASKS, SIZES, Room, room_of
from pay.model.service.size import TaskCount, TaskSize
from tests.support.problems import only

INSTANCE_TYPES = load_resource("ec2/resources/instance_types.json")
"""What AWS answers; read from moto's file, as to import all of its EC2 takes a second."""

SMALL, LARGE = TaskSize(cpu=512, memory_mib=4096), TaskSize(cpu=1024, memory_mib=2048)


Services = Mapping[str, Deployment]


def environment(services: Services, *, instances: int = 1, type: str = "m7g.large") -> Environment:
    """As much of an environment as is checked; everything inside the cardholder data environment
    runs on `instances`.
    """
    capacity = Capacity(instance_type=type, min_instances=instances, max_instances=instances)
    values: dict[str, Any] = {"capacity": {Segment.CDE: capacity}, "services": services}
    return Environment.model_construct(**values)


def deployment(stage: Stage, peak: int, size: TaskSize | None = None) -> Deployment:
    return Deployment(stage=stage, tasks=TaskCount(min=1, peak=peak), size=size)


def needed(**services: Deployment) -> Room | None:
    return room_needed(environment(services), CATALOGUE, Segment.CDE)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_a_type_offers_what_aws_says_less_what_the_system_keeps(family: str, size: str) -> None:
    described = INSTANCE_TYPES[f"{family}.{size}"]
    room = room_of(f"{family}.{size}")
    assert room is not None
    assert room.cpu == described["VCpuInfo"]["DefaultVCpus"] * 1024
    assert room.memory_mib == int(described["MemoryInfo"]["SizeInMiB"] * MEMORY_FOR_TASKS)


@pytest.mark.parametrize("unknown", ["m7g.metal", "t3.large", "m7g"])
def test_an_unknown_type_offers_nothing_that_can_be_counted_on(unknown: str) -> None:
    assert room_of(unknown) is None


def test_needs_every_peak_and_the_largest_task_once_more() -> None:
    room = needed(
        connector=deployment(Stage.LEGACY, 3, SMALL), cardid=deployment(Stage.HALF, 2, LARGE)
    )
    assert room == Room(3 * 512 + 2 * 1024 + 1024, 3 * 4096 + 2 * 2048 + 4096)


def test_a_size_that_is_left_out_is_the_catalogues() -> None:
    size = CATALOGUE["connector"].size
    assert needed(connector=deployment(Stage.LEGACY, 1)) == Room(2 * size.cpu, 2 * size.memory_mib)


def test_retired_services_and_those_of_the_other_segment_need_nothing() -> None:
    assert (
        needed(connector=deployment(Stage.RETIRED, 9), products=deployment(Stage.LEGACY, 9)) is None
    )


@pytest.mark.parametrize(
    ("size", "type"),
    [(LARGE, "m7g.large"), (SMALL, "c7g.xlarge")],
    ids=["bound by CPU", "bound by memory"],
)
def test_refuses_a_peak_that_leaves_no_room_for_a_deployment(size: TaskSize, type: str) -> None:
    peak = 2 if size is LARGE else 1
    full = environment({"connector": deployment(Stage.LEGACY, peak, size)}, type=type)
    problem = only(list(capacity_problems(full, CATALOGUE)))
    assert problem.key == "capacity.cde.min_instances"
    assert problem.fix == f"with {type}: at least 2"


@given(
    peaks=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    type=st.sampled_from([f"{family}.{size}" for family in FAMILIES for size in SIZES]),
)
def test_the_number_that_is_asked_for_is_the_smallest_that_is_enough(
    peaks: list[int], type: str
) -> None:
    inside = [name for name, s in CATALOGUE.items() if s.scope.segment is Segment.CDE]
    services = {
        name: deployment(Stage.LEGACY, peak) for name, peak in zip(inside, peaks, strict=False)
    }

    def is_enough(instances: int) -> bool:
        drafted = environment(services, instances=instances, type=type)
        return not list(capacity_problems(drafted, CATALOGUE))

    problems = list(capacity_problems(environment(services, type=type), CATALOGUE))
    smallest = int(only(problems).fix.rpartition(" ")[2]) if problems else 1
    assert is_enough(smallest)
    assert smallest == 1 or not is_enough(smallest - 1)
