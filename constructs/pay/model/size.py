"""Task sizes that AWS Fargate offers, and how many tasks a side runs."""

from pydantic import Field, model_validator

from pay.model.base import Model

FARGATE_MEMORY_MIB: dict[int, range] = {
    256: range(512, 2048 + 1, 512),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
"""CPU units -> memory in MiB (AWS: Fargate task definition parameters, "Task size"; 256 CPU units
also exclude 1536 MiB, see `_is_offered`)."""


def is_offered(cpu: int, memory_mib: int) -> bool:
    """Whether AWS Fargate offers this pair."""
    if cpu == 256:
        return memory_mib in (512, 1024, 2048)
    return memory_mib in FARGATE_MEMORY_MIB.get(cpu, ())


class TaskSize(Model):
    """CPU units (1024 a vCPU) and memory of one task, sidecars included; the same on both sides."""

    cpu: int
    memory_mib: int

    @model_validator(mode="after")
    def _is_a_pair_that_fargate_offers(self) -> "TaskSize":
        if not is_offered(self.cpu, self.memory_mib):
            if self.cpu not in FARGATE_MEMORY_MIB:
                allowed = f"cpu is one of {', '.join(map(str, FARGATE_MEMORY_MIB))}"
            else:
                sizes = [m for m in FARGATE_MEMORY_MIB[self.cpu] if is_offered(self.cpu, m)]
                allowed = f"with cpu {self.cpu}, memory_mib is {_in_words(sizes)}"
            raise ValueError(
                f"AWS Fargate offers no task of cpu {self.cpu} and memory_mib {self.memory_mib}; "
                f"{allowed}"
            )
        return self


def _in_words(sizes: list[int]) -> str:
    if len(sizes) <= 4:
        return ", ".join(map(str, sizes))
    return f"{sizes[0]} to {sizes[-1]} in steps of {sizes[1] - sizes[0]}"


class TaskCount(Model):
    """How many tasks run: one setting for the count and its scaling.

    `peak` tasks carry the daily peak. With `min` below `peak` the Fargate side scales between them
    once the move is over; EC2 stays at `peak`, and so does Fargate while DNS failover could hand it
    all traffic.
    """

    min: int = Field(ge=1, le=1000)
    """Tasks that always run."""
    peak: int = Field(ge=1, le=1000)
    """Tasks that carry the daily peak."""

    @model_validator(mode="after")
    def _min_is_at_most_peak(self) -> "TaskCount":
        if self.min > self.peak:
            raise ValueError(f"min is {self.min}, peak is {self.peak}; min must not exceed peak")
        return self
