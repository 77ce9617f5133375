"""Placement of the tasks of an ECS service: instance and host ports, or network interface.

On AWS, placement follows constraints and the remaining CPU and memory, and spreads tasks. moto 5.2
gives every instance the same size and every network interface an address outside its subnet.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.models import ContainerInstance

from sandbox.aws.ecs.instances import fits

Service = Any
"""moto's `Service`, with additional attributes from `sandbox.aws.ecs.ecs`."""

MotoTaskDefinition = Any
"""moto's `TaskDefinition`; its own type does not describe container definitions."""

FIRST_DYNAMIC_PORT = 32768
"""The start of the ephemeral port range of the ECS-optimised image."""

FIRST_FREE_HOST = 4
"""AWS reserves the first four addresses of a subnet and the last."""


class CannotPlace(Exception):
    """A task cannot start for the time being; the message is that of the service's event."""


_CONSTRAINT = re.compile(r"\s*attribute:([\w.-]+)\s*==\s*['\"]?([\w.-]+)['\"]?\s*$")


def needs(definition: MotoTaskDefinition) -> tuple[int, int]:
    """Return the CPU units and MiB of memory that one task needs on an instance."""
    parts = definition.container_definitions
    cpu = int(definition.cpu or sum(part.get("cpu", 0) for part in parts))
    memory = definition.memory or sum(
        part.get("memoryReservation") or part.get("memory", 0) for part in parts
    )
    return cpu, int(memory)


def place(
    service: Service, definition: MotoTaskDefinition, own_tasks: Iterable[Any]
) -> ContainerInstance | None:
    """Return the instance with the fewest of the service's tasks and room for another, or None."""
    constraints = [
        *getattr(service, "placement_constraints", []),
        *definition.placement_constraints,
    ]
    required = [
        match.groups()
        for constraint in constraints
        if (match := _CONSTRAINT.match(constraint.get("expression") or ""))
    ]
    able = [
        member
        for member in service._backend.container_instances.get(service.cluster_name, {}).values()
        if member.status == "ACTIVE"
        and all(member.attributes.get(name) == value for name, value in required)
        and fits(member, *needs(definition))
    ]
    own = [task.container_instance_arn for task in own_tasks]
    return min(able, key=lambda member: own.count(member.container_instance_arn), default=None)


def host_ports(definition: MotoTaskDefinition, taken: Iterable[int]) -> dict[int, int]:
    """Map each container port to its host port, or to a free one if that is 0 or absent."""
    used = set(taken)
    free = (port for port in range(FIRST_DYNAMIC_PORT, 65536) if port not in used)
    return {
        mapping["containerPort"]: mapping.get("hostPort") or next(free)
        for part in definition.container_definitions
        for mapping in part.get("portMappings", [])
    }


def new_interface(service: Service, own_tasks: Iterable[Any]) -> Any:
    """Create a network interface in the service's subnet with the fewest of its tasks.

    Raises CannotPlace if the subnet has no free address.
    """
    ec2 = ec2_backends[service._account_id][service.region_name]
    network = service.network_configuration["awsvpcConfiguration"]
    used = [task.interface.subnet.id for task in own_tasks if task.interface]
    subnet = ec2.get_subnet(min(network["subnets"], key=used.count))
    taken = {eni.private_ip_address for eni in ec2.enis.values() if eni.subnet.id == subnet.id}
    hosts = ipaddress.ip_network(subnet.cidr_block)
    free = (str(hosts[host]) for host in range(FIRST_FREE_HOST, hosts.num_addresses - 1))
    address = next((each for each in free if each not in taken), None)
    if address is None:
        raise CannotPlace(
            "Reason: The specified subnet does not have enough free addresses to satisfy the "
            f"request. ({subnet.id})"
        )
    interface = ec2.create_network_interface(
        subnet,
        address,
        group_ids=network.get("securityGroups"),
        description=f"ECS task of {service.name}",
    )
    interface.status = "in-use"
    return interface
