"""Parts of a container: templates for its variables, its port, and the sidecar."""

import string
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from pay.model.base import Model, as_error
from pay.model.problem import Problem, did_you_mean
from pay.model.text_types import (
    ContainerPath,
    ContainerUser,
    LogKind,
    RepositoryName,
    ServiceName,
    TerraformName,
    VariableName,
)
from pay.secrets.values import why_secret

Port = Annotated[int, Field(ge=1, le=65535)]

ENVIRONMENT_FIELDS = frozenset(
    {"environment", "account_name", "account_id", "region", "public_zone", "internal_zone"}
)
"""The names in braces that any variable's value may hold; the environment fills them in."""

TEMPLATE_FIELDS = ENVIRONMENT_FIELDS | {"bind_host"}
"""The fields for an application's variables, which may also name the address to listen on."""

SIDECAR_TEMPLATE_FIELDS = ENVIRONMENT_FIELDS | {
    "application_host",
    "application_port",
    "metrics_port",
    "prometheus_endpoint",
    "prometheus_write_role_arn",
}
"""The fields for a sidecar's variables, which may also name the application beside it."""


def _names_only(allowed: frozenset[str]) -> AfterValidator:
    def check(value: str) -> str:
        try:
            fields = {f for _, f, _, _ in string.Formatter().parse(value) if f is not None}
        except ValueError:
            mistake, fix = "a brace without its partner", ""
        else:
            if not (unknown := sorted(fields - allowed)):
                return value
            mistake, fix = f"{{{unknown[0]}}}", did_you_mean(unknown[0], sorted(allowed))
        listed = ", ".join(f"{{{field}}}" for field in sorted(allowed))
        raise as_error(Problem(found=f"{mistake} in {value!r}", allowed=listed, fix=fix))

    return AfterValidator(check)


Template = Annotated[str, _names_only(TEMPLATE_FIELDS)]
SidecarTemplate = Annotated[str, _names_only(SIDECAR_TEMPLATE_FIELDS)]


def plain_text_secrets(environment: Mapping[str, str]) -> Iterator[Problem]:
    """Yield variables that show a secret to everyone, in Git and in AWS (PCI DSS v4.0.1, 8.6.2)."""
    for variable, value in environment.items():
        if why := why_secret(variable, value):
            yield Problem(
                key=f"environment.{variable}",
                found=f"what looks like a secret ({why})",
                allowed="settings that everyone may read",
                fix=f"move {variable} to secrets",
            )


class Sidecar(Model):
    """A container beside the application, defined once for both sides."""

    name: ServiceName
    repository: RepositoryName
    """The ECR repository of its image."""
    image_tag_variable: TerraformName
    """The Terraform variable that carries its image tag."""
    port: Port | None = None
    """The port that the load balancer sends to; None if it takes no traffic."""
    log_kind: LogKind
    cpu: int = Field(gt=0)
    memory_mib: int = Field(gt=0)
    essential: bool
    user: ContainerUser
    environment: Mapping[VariableName, SidecarTemplate] = {}
    documents: Mapping[VariableName, JsonValue] = {}
    """Variables that carry a JSON document, the same in every task; no templates."""
    writable_paths: tuple[ContainerPath, ...] = ("/tmp",)
    """The paths at which the container may write; its root file system is read-only."""

    def problems(self) -> Iterator[Problem]:
        yield from plain_text_secrets(self.environment)
