"""ECS task definitions: what `RegisterTaskDefinition` stores.

moto 5.2 adds no defaults to port mappings, health checks, capabilities and volumes. It adds no list
of system controls. A plan that AWS would fill with replacements is empty.
"""

from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend

from pay.containers.stored import as_stored
from sandbox.aws.ecs.placement import MotoTaskDefinition
from sandbox.aws.patching import Original, extends


@extends(EC2ContainerServiceBackend)
def register_task_definition(
    self: EC2ContainerServiceBackend, register: Original, *args: Any, **more: Any
) -> MotoTaskDefinition:
    definition: MotoTaskDefinition = register(self, *args, **more)
    definition.container_definitions = [
        as_stored(container, definition.network_mode)
        for container in definition.container_definitions
    ]
    # An empty host: a folder that ECS creates and deletes with the task.
    definition.volumes = [
        {**volume, "host": {}} if set(volume) == {"name"} else volume
        for volume in definition.volumes
    ]
    return definition
