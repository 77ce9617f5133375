"""The limits that hardened containers run under, and what they then need to run."""

import re
from collections.abc import Mapping
from typing import Protocol

from pay.model.service.container import Sidecar
from pay.model.service.microservice import Microservice

LISTEN_ON_EVERY_PORT = {"namespace": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
"""Lets a user other than root listen below 1024, in the container's network. AWS: ECS API
reference, `SystemControl`; Fargate since 1.4.0."""

NO_CAPABILITIES: Mapping[str, list[str]] = {"add": [], "drop": ["ALL"]}
"""ECS stores both lists, and the provider does not know that (tried on AWS: pull request 335 of
github.com/braintrustdata/terraform-aws-braintrust-data-plane)."""


class Confined(Protocol):
    """A container that runs without root, capabilities and a writable root file system."""

    @property
    def name(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def writable_paths(self) -> tuple[str, ...]: ...


def confinement(part: Confined) -> dict[str, object]:
    """Return what takes a container's rights away."""
    return {
        "user": part.user,
        "readonlyRootFilesystem": True,
        "linuxParameters": {"capabilities": NO_CAPABILITIES},
        "mountPoints": [
            {"sourceVolume": volume, "containerPath": path}
            for volume, path in volumes(part).items()
        ],
    }


def hardening(service: Microservice, part: Microservice | Sidecar) -> dict[str, object]:
    """Return what takes a container's rights away, and what it then needs to run."""
    fields = confinement(part)
    if part.name == service.target_container and service.has_privileged_port:
        fields["systemControls"] = [LISTEN_ON_EVERY_PORT]
    return fields


def volumes(part: Confined) -> dict[str, str]:
    """Return volume name -> path. AWS allows letters, digits, hyphens and underscores in the
    name.
    """
    return {f"{part.name}{re.sub('[^a-z0-9]', '-', path)}": path for path in part.writable_paths}
