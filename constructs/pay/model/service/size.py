"""Task sizes that AWS Fargate offers, and how many tasks a side runs."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem

FARGATE_MEMORY_MIB: dict[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
"""CPU units -> memory in MiB (AWS: Fargate task definition parameters, "Task size")."""


class TaskSize(Model):
    """CPU units (1024 a vCPU) and memory of one task, sidecars included; the same on both sides."""

    cpu: int
    memory_mib: int

    def problems(self) -> Iterator[Problem]:
        if self.cpu not in FARGATE_MEMORY_MIB:
            yield Problem(
                key="cpu",
                found=str(self.cpu),
                allowed=f"the CPU units that Fargate offers: {_listed(list(FARGATE_MEMORY_MIB))}",
            )
        elif self.memory_mib not in FARGATE_MEMORY_MIB[self.cpu]:
            yield Problem(
                key="memory_mib",
                found=str(self.memory_mib),
                allowed=f"what Fargate offers with cpu {self.cpu}: "
                f"{_listed(FARGATE_MEMORY_MIB[self.cpu])}",
            )


def _listed(sizes: Sequence[int]) -> str:
    steps = {b - a for a, b in pairwise(sizes)}
    if len(sizes) <= 4 or len(steps) > 1:
        return ", ".join(map(str, sizes))
    return f"{sizes[0]} to {sizes[-1]} in steps of {steps.pop()}"


SCALING_HEADROOM = 2
"""Fargate may scale to so many times the tasks that carry the daily peak."""

MOST_TASKS = 1000
"""More is a slip: AWS admits 5,000 tasks of a service."""


class TaskCount(Model):
    """The number of running tasks: one setting for the count and its scaling.

    Once the move is over, Fargate scales from `min`, at night from `night`, up to `max`. EC2 stays
    at `peak`; so does Fargate while DNS failover could hand it all traffic.
    """

    min: int = Field(ge=1, le=MOST_TASKS)
    """Tasks that always run, by day where `night` is given."""
    peak: int = Field(ge=1, le=MOST_TASKS)
    """Tasks that carry the daily peak."""
    night: int | None = Field(default=None, ge=1, le=MOST_TASKS)
    """Tasks that run outside `scaling.day`. Without it, `min` run at night, too."""
    max: int | None = Field(default=None, ge=1, le=MOST_TASKS)
    """Tasks up to which Fargate scales. Left out: twice the peak."""

    @property
    def lowest(self) -> int:
        """Return how many tasks run at the least at any time once nothing pins them."""
        return self.min if self.night is None else self.night

    @property
    def most(self) -> int:
        """Return up to how many tasks Fargate scales."""
        return self.peak * SCALING_HEADROOM if self.max is None else self.max

    def problems(self) -> Iterator[Problem]:
        if self.night is not None and self.night > self.min:
            yield Problem(
                key="night", found=str(self.night), allowed=f"at most min, which is {self.min}"
            )
        if self.min > self.peak:
            yield Problem(
                key="min", found=str(self.min), allowed=f"at most peak, which is {self.peak}"
            )
        if self.max is not None and self.max < self.peak:
            yield Problem(
                key="max", found=str(self.max), allowed=f"at least peak, which is {self.peak}"
            )
