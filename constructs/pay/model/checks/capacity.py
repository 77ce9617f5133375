"""Checks that the legacy cluster's instances hold what runs on them."""

import math
from collections.abc import Iterator
from dataclasses import replace

from pay.model.environment.environment import Environment
from pay.model.environment.instance_types import Room, room_of
from pay.model.problem import Problem
from pay.model.service.call_graph import Catalogue
from pay.model.vocabulary import Segment


def capacity_problems(environment: Environment, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield segments whose `min_instances` cannot place the daily peak and, for a rolling
    deployment, one task more of the largest.

    The minimum has to hold them, because managed scaling starts no instance for tasks without a
    capacity provider strategy. AWS: ECS developer guide, "Amazon ECS managed scaling behavior".
    """
    for segment, capacity in environment.capacity.items():
        one = room_of(capacity.instance_type)
        needed = room_needed(environment, catalogue, segment)
        if one is None or needed is None:
            continue
        count = capacity.min_instances
        offered = Room(count * one.cpu, count * one.memory_mib)
        if needed.cpu > offered.cpu or needed.memory_mib > offered.memory_mib:
            enough = math.ceil(max(needed.cpu / one.cpu, needed.memory_mib / one.memory_mib))
            yield Problem(
                key=f"capacity.{segment}.min_instances",
                found=f"{count}, which offer {offered} to tasks",
                allowed=f"instances that offer {needed}. That holds `peak` tasks of each service "
                "with an EC2 side, and one more of the largest for rolling deployments",
                fix=f"with {capacity.instance_type}: at least {enough}",
            )


def size_problems(environment: Environment, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield what does not fit into the size that the environment gives a service."""
    for name, deployment in environment.services.items():
        if deployment.size and name in catalogue:
            for problem in catalogue[name].size_problems(deployment.size):
                yield replace(problem, key=f"services.{name}.size.{problem.key}")


def zone_problems(environment: Environment) -> Iterator[Problem]:
    """Yield segments with fewer instances than the environment has zones."""
    zones = len(environment.network.zones)
    for segment, capacity in environment.capacity.items():
        if capacity.min_instances < zones:
            yield Problem(
                key=f"capacity.{segment}.min_instances",
                found=f"{capacity.min_instances} for {zones} zones",
                allowed=f"at least {zones}: an instance in each zone of network.zones",
                fix="raise it, or services on EC2 do not survive the loss of a zone",
            )


def room_needed(environment: Environment, catalogue: Catalogue, segment: Segment) -> Room | None:
    """Return the room for the segment's services on EC2 while one is deployed; None without any."""
    sizes = [
        (deployment.tasks.peak, deployment.size or catalogue[name].size)
        for name, deployment in environment.services.items()
        if deployment.stage.has_ec2
        and name in catalogue
        and catalogue[name].scope.segment is segment
    ]
    if not sizes:
        return None
    return Room(
        sum(peak * size.cpu for peak, size in sizes) + max(size.cpu for _, size in sizes),
        sum(peak * size.memory_mib for peak, size in sizes)
        + max(size.memory_mib for _, size in sizes),
    )
