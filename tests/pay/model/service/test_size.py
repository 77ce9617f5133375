"""Task sizes are those that AWS Fargate offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pay.model import TaskCount, TaskSize
from pay.model.service.size import FARGATE_MEMORY_MIB
from tests.support.problems import only, refusal

GIB = 1024

# AWS, "Fargate task definition parameters", "Task size", in GiB: (least, most, step) per CPU units.
AWS_TABLE = {
    512: (1, 4, 1),
    1024: (2, 8, 1),
    2048: (4, 16, 1),
    4096: (8, 30, 1),
    8192: (16, 60, 4),
    16384: (32, 120, 8),
}


def offered_by_aws(cpu: int, memory_mib: int) -> bool:
    if cpu == 256:
        return memory_mib in (512, 1 * GIB, 2 * GIB)
    if cpu not in AWS_TABLE:
        return False
    least, most, step = AWS_TABLE[cpu]
    gib, rest = divmod(memory_mib, GIB)
    return rest == 0 and least <= gib <= most and (gib - least) % step == 0


def test_offers_exactly_the_sizes_of_the_aws_table() -> None:
    for cpu in (128, 256, *AWS_TABLE, 32768):
        for memory_mib in range(0, 130 * GIB, 256):
            is_offered = memory_mib in FARGATE_MEMORY_MIB.get(cpu, ())
            assert is_offered == offered_by_aws(cpu, memory_mib), memory_mib


@given(
    cpu=st.sampled_from([256, *AWS_TABLE]) | st.integers(-1, 20000),
    memory_mib=st.integers(0, 130).map(lambda gib: gib * GIB) | st.integers(-1, 130000),
)
def test_accepts_an_offered_size_and_refuses_any_other(cpu: int, memory_mib: int) -> None:
    if offered_by_aws(cpu, memory_mib):
        assert TaskSize(cpu=cpu, memory_mib=memory_mib).cpu == cpu
    else:
        refusal(lambda: TaskSize(cpu=cpu, memory_mib=memory_mib))


def test_refuses_a_memory_that_does_not_go_with_the_cpu() -> None:
    problem = only(refusal(lambda: TaskSize(cpu=512, memory_mib=512)))
    assert problem.key == "memory_mib"
    assert problem.found == "512"
    assert problem.allowed == "what Fargate offers with cpu 512: 1024, 2048, 3072, 4096"


def test_refuses_a_cpu_that_fargate_does_not_offer() -> None:
    problem = only(refusal(lambda: TaskSize(cpu=300, memory_mib=512)))
    assert problem.key == "cpu"
    assert "256, 512, 1024, 2048, 4096, 8192, 16384" in problem.allowed


def test_says_a_long_list_of_sizes_in_short() -> None:
    problem = only(refusal(lambda: TaskSize(cpu=8192, memory_mib=512)))
    assert problem.allowed.endswith("16384 to 61440 in steps of 4096")


@pytest.mark.parametrize(("least", "peak"), [(1, 1), (2, 5), (1000, 1000)])
def test_accepts_a_count_up_to_its_peak(least: int, peak: int) -> None:
    assert TaskCount(min=least, peak=peak).peak == peak


def test_refuses_more_tasks_always_than_at_peak() -> None:
    problem = only(refusal(lambda: TaskCount(min=5, peak=4)))
    assert (problem.key, problem.found) == ("min", "5")
    assert problem.allowed == "at most peak, which is 4"


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_refuses_a_count_that_nobody_can_mean(count: int) -> None:
    assert refusal(lambda: TaskCount(min=count, peak=count))
