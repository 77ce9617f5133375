"""EC2 instance types: their architecture, and the part of them that tasks can use."""

import re
from enum import StrEnum
from typing import NamedTuple

_GIB_PER_VCPU = {
    "c6g": 2,
    "c7g": 2,
    "c7i": 2,
    "m6g": 4,
    "m6i": 4,
    "m7g": 4,
    "m7i": 4,
    "m8g": 4,
    "r6g": 8,
    "r7g": 8,
    "r7i": 8,
}
"""Family -> GiB of memory a vCPU (AWS: EC2 instance types guide, "Specifications")."""

_VCPUS = {
    "large": 2,
    "xlarge": 4,
    "2xlarge": 8,
    "4xlarge": 16,
    "8xlarge": 32,
    "12xlarge": 48,
    "16xlarge": 64,
}
"""Size -> vCPUs, the same in all of these families (same source)."""

FAMILIES = tuple(_GIB_PER_VCPU)
SIZES = tuple(_VCPUS)

ROOT_VOLUME_GIB = 50
"""The disk of an instance, a gp3 volume."""

CPU_UNITS_PER_VCPU = 1024
MEMORY_FOR_TASKS = 0.95
"""The share that an instance offers to tasks. An instance registers less memory than is installed,
because of the platform and the kernel. AWS's example is 7985 of 8192 MiB: 2.5 % less. As much again
is for the ECS agent and the system's own processes. AWS: ECS developer guide, "Reserving Amazon ECS
Linux container instance memory"."""


class Architecture(StrEnum):
    """AWS's own values of `cpu_architecture`."""

    ARM64 = "ARM64"
    X86_64 = "X86_64"

    @classmethod
    def of(cls, instance_type: str) -> "Architecture":
        """Return the architecture of an EC2 instance type. `g` after the generation is Graviton, as
        is `a1`. AWS: "Amazon EC2 instance type naming conventions".
        """
        family = instance_type.split(".")[0]
        is_graviton = re.fullmatch(r"[a-z]+\d+[a-z]*g[a-z]*(-[a-z0-9]+)*", family)
        return cls.ARM64 if is_graviton or family == "a1" else cls.X86_64


class Room(NamedTuple):
    """CPU units and memory, of an instance or of tasks."""

    cpu: int
    memory_mib: int

    def __str__(self) -> str:
        return f"{self.cpu} CPU units and {self.memory_mib} MiB"


def installed(instance_type: str) -> Room | None:
    """Return what one instance has; None for a type that is not in these tables."""
    family, _, size = instance_type.partition(".")
    if family not in _GIB_PER_VCPU or size not in _VCPUS:
        return None
    vcpus = _VCPUS[size]
    return Room(vcpus * CPU_UNITS_PER_VCPU, vcpus * _GIB_PER_VCPU[family] * 1024)


def room_of(instance_type: str) -> Room | None:
    """Return what one instance offers to tasks; None for a type that is not in these tables."""
    whole = installed(instance_type)
    return whole and Room(whole.cpu, int(whole.memory_mib * MEMORY_FOR_TASKS))
