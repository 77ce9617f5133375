"""Container definitions: the application and its sidecars, the same on both sides.

Containers on EC2 that are taken over as they run are not hardened yet (docs/decisions/0116).

ECS adds defaults to a definition that it stores. Those that Terraform's AWS provider knows are left
out (its `internal/service/ecs/container_definitions.go`, `reduce`). The others are written. Without
them every plan would replace the task definition, and every apply would deploy the service again.
"""

from collections.abc import Mapping

from pay.existing.configuration import ExistingConfiguration
from pay.model import Environment, Microservice, Side, Sidecar
from pay.model.hardening import hardening, volumes
from pay.model.side import ServiceSide
from pay.service.logs import LogGroups
from pay.service.variables import Variables, as_pairs

LOG_BUFFER = "25m"
"""The log text that may wait in memory when CloudWatch Logs is slow. The mode is non-blocking:
payments go on when logging does not (AWS: ECS developer guide, "awslogs log driver", `mode`)."""


def container_definitions(
    side: ServiceSide,
    *,
    images: Mapping[str, str],
    variables: Variables,
    configuration: ExistingConfiguration,
    logs: LogGroups,
) -> list[dict[str, object]]:
    """Return the task's containers: the application first, then its sidecars."""
    service = side.service
    application = {
        **_container(side, service, images, logs, variables.values),
        "cpu": side.size.cpu - sum(sidecar.cpu for sidecar in service.sidecars),
        "memory": service.memory_of_application(side.size),
        "essential": True,
    }
    if configuration.value_from:
        application["secrets"] = as_pairs(configuration.value_from, "valueFrom")
    links = {"links": [service.name]} if side.side is Side.EC2 else {}
    sidecars = [
        {
            **_container(side, sidecar, images, logs, variables.of_sidecar(sidecar)),
            "cpu": sidecar.cpu,
            "memory": sidecar.memory_mib,
            "essential": sidecar.essential,
            **links,
        }
        for sidecar in service.sidecars
    ]
    return [application, *sidecars]


def _container(
    side: ServiceSide,
    part: Microservice | Sidecar,
    images: Mapping[str, str],
    logs: LogGroups,
    values: Mapping[str, str],
) -> dict[str, object]:
    service = side.service
    container: dict[str, object] = {
        "name": part.name,
        "image": images[part.name],
        "stopTimeout": service.timing.stop_timeout_seconds,
        "logConfiguration": log_configuration(
            side.environment, logs.names[part.name], side.side.value
        ),
    }
    if values:
        container["environment"] = as_pairs(values, "value")
    if part.name == service.target_container:
        container["portMappings"] = [{"containerPort": service.target_port}]
    if side.is_hardened:
        container |= hardening(service, part)
    return container


def log_configuration(
    environment: Environment, log_group: str, stream_prefix: str
) -> dict[str, object]:
    """Return where a container logs to: the group, and what its streams' names begin with."""
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": log_group,
            "awslogs-region": environment.region,
            "awslogs-stream-prefix": stream_prefix,
            "max-buffer-size": LOG_BUFFER,
            "mode": "non-blocking",
        },
    }


def volume_names(side: ServiceSide) -> list[str]:
    """Return the task's volumes, the only places where its hardened containers can write."""
    parts = side.service.containers if side.is_hardened else ()
    return [volume for part in parts for volume in volumes(part)]
