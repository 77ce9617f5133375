"""The EC2 instances of an environment: what they cost, and whose cost that is.

AWS's own rule splits an instance by what tasks reserve. One vCPU weighs as much as nine GB. Source:
AWS Cost and Usage Report guide, "Split cost allocation data". The capacity that no task reserves is
idle room, a line of its own. It is most of the bill, and belongs to no service.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pay.catalogue import CATALOGUE
from pay.model import Environment, Segment, Side
from pay.model.checks.capacity import room_needed
from pay.model.environment.instance_types import (
    CPU_UNITS_PER_VCPU,
    ROOT_VOLUME_GIB,
    Room,
    installed,
    room_of,
)
from pay.model.side import ServiceSide
from rollout.cost.bill_lines import HOURS, CostPart, Usage, amount
from rollout.cost.usage import awake_part

VCPU_WEIGHT, GB_WEIGHT = 9, 1

DISK = "ebs-gp3-gb-month"


@dataclass(frozen=True)
class InstanceGroup:
    """The instances of one segment, counted in three ways."""

    environment: str
    segment: Segment
    instance_type: str
    configured: int
    """`min_instances`: they run whatever is on them."""
    packed: int
    """As many as the tasks fill, one at least in each zone; 0 when no service is left on EC2."""
    spare_zone: int
    """As many as still hold all tasks when one zone is lost."""
    weight: Decimal
    """Of one instance."""

    @property
    def name(self) -> str:
        return f"{self.environment} {self.segment}"

    @property
    def item(self) -> str:
        """Return the price of one instance for an hour."""
        return f"ec2-{self.instance_type.replace('.', '-')}-hour"

    def usage(self, count: int) -> tuple[Usage, Usage]:
        """Return what so many instances are billed as: hours and disks."""
        instances = Usage(
            self.environment,
            CostPart.EC2,
            f"{count} {self.instance_type} of {self.segment}",
            self.item,
            amount(count * HOURS),
        )
        disks = Usage(
            self.environment,
            CostPart.EC2,
            f"{count} disks of {self.segment}",
            DISK,
            amount(count * ROOT_VOLUME_GIB),
        )
        return instances, disks


def weight_of(room: Room) -> Decimal:
    """Return 9 for each vCPU and 1 for each GB."""
    vcpus = Decimal(room.cpu) / CPU_UNITS_PER_VCPU
    return VCPU_WEIGHT * vcpus + GB_WEIGHT * Decimal(room.memory_mib) / 1024


def groups(environment: Environment) -> Iterator[InstanceGroup]:
    """Yield the instances of each segment."""
    for segment, capacity in environment.capacity.items():
        whole = installed(capacity.instance_type)
        assert whole, "an environment has known instance types only"
        packed, spare = counts_needed(environment, segment)
        yield InstanceGroup(
            environment=environment.name,
            segment=segment,
            instance_type=capacity.instance_type,
            configured=capacity.min_instances,
            packed=packed,
            spare_zone=spare,
            weight=weight_of(whole),
        )


def counts_needed(environment: Environment, segment: Segment) -> tuple[int, int]:
    """Return the instances that hold the tasks of a segment: all zones there, and one lost."""
    needed = room_needed(environment, CATALOGUE, segment)
    if needed is None:
        return 0, 0
    one = room_of(environment.capacity[segment].instance_type)
    assert one, "an environment has known instance types only"
    zones = len(environment.network.zones)
    enough = math.ceil(max(needed.cpu / one.cpu, needed.memory_mib / one.memory_mib))
    spare = max(enough, zones)
    while spare - math.ceil(spare / zones) < enough:
        spare += 1
    return max(enough, zones), spare


def reserved(environment: Environment, segment: Segment) -> dict[str, Decimal]:
    """Return what the tasks of each service reserve on EC2, at `peak`, as a weight. It is empty
    while the environment sleeps, although its instances run on.
    """
    awake = awake_part(environment)
    return {
        name: amount(
            weight_of(Room(side.size.cpu, side.size.memory_mib)) * deployment.tasks.peak * awake
        )
        for name, deployment in environment.services.items()
        if deployment.stage.has_ec2
        and (side := ServiceSide(CATALOGUE[name], environment, Side.EC2))
        and side.service.scope.segment is segment
    }
