"""The defaults that services of one runtime share; a service's file adds what is its own.

AWS_ACCESS_KEY and AWS_SECRET_KEY are left out on purpose, although Pay's configuration files name
them without a default. The services read them only with a non-standard (local) endpoint. An unset
variable is no error, because their substitution is not strict. If they were set, the AWS SDK for
Java would use them before the task role's credentials (docs/decisions/0053).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from pay.catalogue import assumptions
from pay.catalogue.scheduled_calls import calls_of
from pay.catalogue.sidecars import WEB
from pay.model import CallStyle, Microservice, Runtime, Secret, Sidecar, TaskSize, Timing
from pay.model.service.container import Port
from pay.model.service.dependencies import AWS_API
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.text_types import ContainerPath, ContainerUser, HealthCheckPath, VariableName

HEALTH_CHECK_PATH = "/healthcheck"

SQUID_CONFIG = "SQUID_CONFIG"
"""The parameter with squid's whole configuration, in base64. The allow list differs by environment
and is no secret."""

DIRECT = (".{internal_zone}", AWS_API)
"""The ends of the names for which no forward proxy is asked. They are internal names, and AWS's own
API in the region, which tasks reach through endpoints of the VPC. A proxy's allow list names
partners only."""

NO_PROXY = ",".join((*DIRECT, "169.254.170.2", "localhost", "127.0.0.1"))
"""The same for Node, and the address at which ECS hands out the task's credentials. AWS: ECS
developer guide, "Task IAM role"."""

SENTRY_DSN = Secret(variable="SENTRY_DSN")
DB_PASSWORD = Secret(variable="DB_PASSWORD")

TOKEN_API_HMAC_SECRET = Secret(variable="TOKEN_API_HMAC_SECRET", shared="api-tokens")
"""publicauth signs API keys with it, and publicapi checks the signature before it asks."""


def java_options(heap: str) -> str:
    """Return JAVA_OPTS: a service's own calls to others and to AWS go through no forward proxy.

    One property rules http and https (Java: java.base, "Networking Properties"). AWS's SDK for Java
    obeys it: the first version sends https through `https.proxyHost`, the second only through
    `http.proxyHost` (aws/aws-sdk-java#708, aws/aws-sdk-java-v2#3868).
    """
    return f"{heap} -Dhttp.nonProxyHosts={'|'.join(f'*{end}' for end in DIRECT)}"


class WebService(Microservice):
    """An HTTP application behind the NGINX sidecar. Its own variables replace shared ones."""

    model_config = ConfigDict(validate_default=True)

    health_check_path: HealthCheckPath | None = HEALTH_CHECK_PATH
    sidecars: tuple[Sidecar, ...] = WEB
    user: ContainerUser = assumptions.APPLICATION_USER
    scheduled_calls: tuple[ScheduledCall, ...] = Field(
        default_factory=lambda service: calls_of(service.get("name"))
    )
    requests_a_minute: float = assumptions.OF_EVERY_PAYMENT

    @field_validator("environment")
    @classmethod
    def _add_shared_variables(
        cls, own: Mapping[str, str], info: ValidationInfo
    ) -> Mapping[str, str]:
        return {**cls._shared_variables(info.data), **own}

    @field_validator("secrets")
    @classmethod
    def _add_shared_secrets(
        cls, own: tuple[Secret, ...], info: ValidationInfo
    ) -> tuple[Secret, ...]:
        password = (DB_PASSWORD,) if info.data.get("database") else ()
        return (*password, SENTRY_DSN, *own)

    @classmethod
    def _shared_variables(cls, service: Mapping[str, Any]) -> dict[str, str]:
        """Return what services share; `service` holds its fields that are right so far."""
        return {
            "ENVIRONMENT": "{environment}",
            "PORT": str(service.get("container_port")),
            # A Java service listens on it with PORT and ADMIN_PORT (public, in its config.yaml).
            "BIND_HOST": "{bind_host}",
        }


class JavaService(WebService):
    """A Dropwizard service.

    DB_HOST comes from the RDS instance and DB_PASSWORD from Secrets Manager. Migrations never run
    at start-up: a one-off task runs them, with RUN_MIGRATION turned on.
    """

    runtime: Runtime = Runtime.JAVA
    container_port: Port = 8080
    admin_port: Port | None = 8081
    size: TaskSize = assumptions.JAVA_SIZE
    timing: Timing = assumptions.INTERNAL_TIMING

    @classmethod
    def _shared_variables(cls, service: Mapping[str, Any]) -> dict[str, str]:
        variables = super()._shared_variables(service) | {
            "ADMIN_PORT": str(service.get("admin_port")),
            "JAVA_OPTS": java_options(assumptions.JAVA_HEAP),
        }
        if service.get("database"):
            variables |= {
                "DB_NAME": str(service.get("name")),
                "DB_USER": str(service.get("name")),
                "DB_SSL_OPTION": "ssl=true",
                "RUN_APP": "true",
                "RUN_MIGRATION": "false",
            }
        if service.get("queues"):
            variables["AWS_SQS_REGION"] = "{region}"
        return variables


class NodeService(WebService):
    """An Express service; each of them waits for an authorisation, itself or through another."""

    runtime: Runtime = Runtime.NODE
    container_port: Port = 9000
    size: TaskSize = assumptions.NODE_SIZE
    timing: Timing = assumptions.QUICK_CALLER_TIMING

    @classmethod
    def _shared_variables(cls, service: Mapping[str, Any]) -> dict[str, str]:
        variables = super()._shared_variables(service) | {
            "NODE_ENV": "production",
            "NODE_WORKER_COUNT": assumptions.NODE_WORKER_COUNT,
        }
        if any(call.style is CallStyle.HTTP_PROXY for call in service.get("calls", ())):
            variables["NO_PROXY"] = NO_PROXY
        return variables


class ForwardProxy(Microservice):
    """squid: plain TCP behind a Network Load Balancer, checked by TCP, without sidecars."""

    runtime: Runtime = Runtime.SQUID
    container_port: Port = 8080
    parameters: tuple[VariableName, ...] = (SQUID_CONFIG,)
    requests_a_minute: float = assumptions.OF_EVERY_PAYMENT
    user: ContainerUser = assumptions.SQUID_USER
    writable_paths: tuple[ContainerPath, ...] = assumptions.SQUID_WRITABLE_PATHS
