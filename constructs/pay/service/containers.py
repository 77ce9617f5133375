"""Container definitions: the application and its sidecars, the same on both sides.

Only what differs from AWS's default is written, sorted: a default that AWS adds on its own would
show as a change in every plan.
"""

import re
from collections.abc import Mapping

from pay.existing.configuration import ExistingConfiguration
from pay.model import Side, Sidecar
from pay.model.side import ServiceSide
from pay.service.logs import LogGroups
from pay.service.variables import Variables, as_pairs, sidecar_variables

LOG_BUFFER = "25m"
"""How much log text waits in memory when CloudWatch Logs is slow. The mode is non-blocking:
payments go on when logging does not (AWS: ECS developer guide, "awslogs log driver", `mode`)."""

FIRST_UNPRIVILEGED_PORT = 1024
"""Below it Linux lets only root listen, and no container runs as root: such a container's network
namespace is told otherwise (AWS: ECS API reference, `SystemControl`; Fargate since 1.4.0)."""


def container_definitions(
    side: ServiceSide,
    *,
    images: Mapping[str, str],
    variables: Variables,
    configuration: ExistingConfiguration,
    logs: LogGroups,
) -> list[dict[str, object]]:
    """The task's containers: the application first, then its sidecars."""
    service = side.service
    cpu = side.size.cpu - sum(sidecar.cpu for sidecar in service.sidecars)
    memory = side.size.memory_mib - sum(sidecar.memory_mib for sidecar in service.sidecars)
    application = _container(
        side,
        logs,
        name=service.name,
        image=images[service.name],
        cpu=cpu,
        memory_mib=memory,
        essential=True,
        values=variables.values,
        user=service.user,
        writable_paths=service.writable_paths,
    )
    if configuration.value_from:
        application["secrets"] = as_pairs(configuration.value_from, "valueFrom")
    sidecars = [_sidecar(side, logs, each, images[each.name]) for each in service.sidecars]
    return [application, *sidecars]


def _sidecar(side: ServiceSide, logs: LogGroups, sidecar: Sidecar, image: str) -> dict[str, object]:
    container = _container(
        side,
        logs,
        name=sidecar.name,
        image=image,
        cpu=sidecar.cpu,
        memory_mib=sidecar.memory_mib,
        essential=sidecar.essential,
        values=sidecar_variables(sidecar, side),
        user=sidecar.user,
        writable_paths=sidecar.writable_paths,
    )
    if side.side is Side.EC2:
        container["links"] = [side.service.name]
    return container


def _container(
    side: ServiceSide,
    logs: LogGroups,
    *,
    name: str,
    image: str,
    cpu: int,
    memory_mib: int,
    essential: bool,
    values: Mapping[str, str],
    user: str,
    writable_paths: tuple[str, ...],
) -> dict[str, object]:
    service = side.service
    container: dict[str, object] = {
        "name": name,
        "image": image,
        "cpu": cpu,
        "memory": memory_mib,
        "essential": essential,
        "user": user,
        "readonlyRootFilesystem": True,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
        "mountPoints": [
            {"sourceVolume": volume, "containerPath": path}
            for volume, path in _volumes(name, writable_paths).items()
        ],
        "stopTimeout": service.timing.stop_timeout_seconds,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": logs.names[name],
                "awslogs-region": side.environment.region,
                "awslogs-stream-prefix": "ecs",
                "max-buffer-size": LOG_BUFFER,
                "mode": "non-blocking",
            },
        },
    }
    if values:
        container["environment"] = as_pairs(values, "value")
    if name == service.target_container:
        container["portMappings"] = [{"containerPort": service.target_port}]
        if service.target_port < FIRST_UNPRIVILEGED_PORT:
            container["systemControls"] = [
                {"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
            ]
    return container


def volume_names(side: ServiceSide) -> list[str]:
    """The task's volumes: the only places where its containers can write."""
    service = side.service
    volumes = list(_volumes(service.name, service.writable_paths))
    for sidecar in service.sidecars:
        volumes += _volumes(sidecar.name, sidecar.writable_paths)
    return volumes


def _volumes(container: str, writable_paths: tuple[str, ...]) -> dict[str, str]:
    """Volume name -> path; AWS allows letters, digits, hyphens and underscores in the name."""
    return {f"{container}{re.sub('[^a-z0-9]', '-', path)}": path for path in writable_paths}
