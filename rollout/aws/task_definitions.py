"""Reads the containers of a task definition in ECS (AWS: ECS API, `DescribeTaskDefinition`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pay.containers.definitions import Container, read_containers, table


@dataclass(frozen=True)
class ContainerDefinition:
    """The settings that tasks start a container with."""

    name: str
    image: str
    """By tag or by digest."""
    readonly_root_filesystem: bool = False
    log_options: Mapping[str, str] = field(default_factory=dict)
    """Of its log driver, such as `awslogs-group`."""


def container_definitions(ecs: Any, task_definition: str) -> tuple[ContainerDefinition, ...]:
    """Return the containers of a revision by its ARN, or of a family's newest revision.

    Raises botocore's ClientError when ECS does not answer, and Unread for an answer that is not
    container definitions.
    """
    described = ecs.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
    return tuple(map(_definition, read_containers(described.get("containerDefinitions"))))


def _definition(container: Container) -> ContainerDefinition:
    return ContainerDefinition(
        name=container["name"],
        image=str(container.get("image", "")),
        readonly_root_filesystem=container.get("readonlyRootFilesystem") is True,
        log_options=table(container, "logConfiguration", "options"),
    )
