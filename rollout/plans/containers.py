"""The container definitions of a task definition: JSON text in the plan, one container an entry."""

from typing import Any

from rollout.plans.plan import Values
from rollout.plans.values import is_marked, parse_json

TASK_DEFINITION = "aws_ecs_task_definition"

Container = dict[str, Any]

_DEFAULTS: Container = {
    "cpu": 0,
    "essential": True,
    "mountPoints": [],
    "volumesFrom": [],
    "portMappings": [],
    "environment": [],
    "secrets": [],
    "systemControls": [],
}
"""What ECS adds when it registers a definition (AWS: ECS API, `ContainerDefinition`)."""


class Unreadable(Exception):
    """The container definitions cannot be read; the message says why."""


def containers_of(values: Values | None, unknown: object = False) -> tuple[Container, ...]:
    """The containers of a task definition's values; none where there are no values.

    Raises Unreadable when the plan does not know them, or they are no list of named containers.
    """
    if values is None:
        return ()
    if is_marked(unknown, "container_definitions"):
        raise Unreadable("container_definitions are known only after apply")
    definitions = parse_json(values.get("container_definitions"))
    if not isinstance(definitions, list) or not definitions:
        raise Unreadable("container_definitions are no JSON list of containers")
    names = [c.get("name") if isinstance(c, dict) else None for c in definitions]
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise Unreadable("container_definitions hold a container without a name of its own")
    return tuple(definitions)


def with_defaults(container: Container) -> Container:
    """The container as ECS reads it back, so that an added default is no change."""
    full = {**_DEFAULTS, **{key: value for key, value in container.items() if value is not None}}
    full["portMappings"] = [
        {"protocol": "tcp", "hostPort": 0, **mapping} if isinstance(mapping, dict) else mapping
        for mapping in _as_list(full["portMappings"])
    ]
    return full


def pairs(container: Container, key: str) -> dict[str, Any]:
    """`environment` or `secrets` as name -> value.

    Raises Unreadable when an entry is no pair, or a name comes twice.
    """
    value_key = "value" if key == "environment" else "valueFrom"
    found: dict[str, Any] = {}
    for entry in _as_list(container.get(key) or []):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or name in found:
            raise Unreadable(f"{key} of container {container['name']} is no list of named pairs")
        found[name] = entry.get(value_key)
    return found


def _as_list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable("a list of a container definition is no list")
    return value
