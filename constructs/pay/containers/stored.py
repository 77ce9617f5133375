"""Container definitions as ECS stores them, with the defaults that it adds.

`DescribeTaskDefinition` returns more than `RegisterTaskDefinition` was given. Terraform's AWS
provider compares the two. It knows most of these defaults (its
`internal/service/ecs/container_definitions.go`, `reduce`), but none inside `linuxParameters`.
"""

from collections.abc import Mapping
from typing import Any

from pay.containers.definitions import Container, table
from pay.unread import Unread

_LISTS = ("environment", "mountPoints", "portMappings", "systemControls", "volumesFrom")
_DEFAULTS: Container = {"cpu": 0, "essential": True, **{name: [] for name in _LISTS}}
"""AWS: ECS API reference, `ContainerDefinition` and the example of `RegisterTaskDefinition`."""

_HEALTH_CHECK: Mapping[str, int] = {"interval": 30, "timeout": 5, "retries": 3}
"""Seconds, seconds, times (AWS: ECS API reference, `HealthCheck`)."""

_CAPABILITIES: Mapping[str, Any] = {"add": [], "drop": []}
"""Tried on AWS (github.com/braintrustdata/terraform-aws-braintrust-data-plane, pull request 335;
github.com/terraform-aws-modules/terraform-aws-ecs, pull request 176)."""

_PORTS_OF_THE_HOST = ("awsvpc", "host")
"""The network modes in which a container's port is the host's port (AWS: ECS API reference,
`PortMapping`)."""


def as_stored(container: Container, network_mode: str) -> Container:
    """Return the container with what ECS adds to it, and without keys that are null.

    Raises Unread when a part that gets defaults has a form that ECS does not take.
    """
    stored = {**_DEFAULTS, **{key: value for key, value in container.items() if value is not None}}
    mappings = stored["portMappings"]
    if not isinstance(mappings, list) or not all(isinstance(each, dict) for each in mappings):
        raise Unread(f"container {container['name']}: portMappings is not a list of objects")
    stored["portMappings"] = [_port(mapping, network_mode) for mapping in mappings]
    if health_check := table(container, "healthCheck"):
        stored["healthCheck"] = {**_HEALTH_CHECK, **health_check}
    if capabilities := table(container, "linuxParameters", "capabilities"):
        linux = {**stored["linuxParameters"], "capabilities": {**_CAPABILITIES, **capabilities}}
        stored["linuxParameters"] = linux
    return stored


def _port(mapping: Mapping[str, Any], network_mode: str) -> Mapping[str, Any]:
    if "containerPort" not in mapping:  # A range of ports has no single host port.
        return {"protocol": "tcp", **mapping}
    host_port = mapping["containerPort"] if network_mode in _PORTS_OF_THE_HOST else 0
    return {"protocol": "tcp", "hostPort": host_port, **mapping}
