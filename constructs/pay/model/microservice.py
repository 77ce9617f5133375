"""What a microservice is, once, whatever it runs on and wherever."""

import string
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from pay.model.base import Model
from pay.model.sides import Exposure, LoadBalancerType, Scope
from pay.model.size import TaskSize
from pay.model.timing import Timing

ServiceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20)]
VariableName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
ContainerUser = Annotated[str, Field(pattern=r"^[1-9][0-9]*:[1-9][0-9]*$")]
"""`uid:gid` that a container runs as; never root (PCI DSS v4.0.1, 2.2.6)."""
ContainerPath = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._-]+)+$")]
RepositoryName = Annotated[str, Field(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$")]
"""An ECR repository without a tag: tags are Terraform variables, so that `latest` never slips in."""

TEMPLATE_FIELDS = frozenset(
    {"environment", "account_name", "account_id", "region", "public_zone", "internal_zone"}
)
"""What a variable's value may name in braces; filled in from the environment."""

SIDECAR_TEMPLATE_FIELDS = TEMPLATE_FIELDS | {
    "application_host",
    "application_port",
    "metrics_port",
    "prometheus_endpoint",
    "prometheus_write_role_arn",
}
"""What a sidecar's variable may name besides: the application container beside it."""


def _names_only(allowed: frozenset[str]) -> AfterValidator:
    def check(value: str) -> str:
        found = {field for _, field, _, _ in string.Formatter().parse(value) if field is not None}
        if unknown := sorted(found - allowed):
            raise ValueError(
                f"found {{{unknown[0]}}} in {value!r}; allowed: {', '.join(sorted(allowed))}"
            )
        return value

    return AfterValidator(check)


Template = Annotated[str, _names_only(TEMPLATE_FIELDS)]
SidecarTemplate = Annotated[str, _names_only(SIDECAR_TEMPLATE_FIELDS)]


class Runtime(StrEnum):
    """What the application container runs."""

    JAVA = "java"
    NODE = "node"
    NGINX = "nginx"
    SQUID = "squid"


class Database(Model):
    """The microservice's own PostgreSQL database, an RDS instance that exists already."""

    identifier_suffix: int = 0
    """The number at the end of the RDS identifier `<env>-<service>-rds-<suffix>`."""


class Access(StrEnum):
    """What a microservice does with a queue or a bucket."""

    SEND = "send"
    RECEIVE = "receive"
    READ = "read"
    WRITE = "write"


class QueueUse(Model):
    """An SQS queue that exists already, what the service does with it, and the variable that
    carries its URL.
    """

    name: str
    """The queue's name without the environment."""
    variable: VariableName
    access: frozenset[Access]

    @model_validator(mode="after")
    def _sends_or_receives(self) -> "QueueUse":
        if not self.access or self.access - {Access.SEND, Access.RECEIVE}:
            raise ValueError(f"access of queue {self.name}: allowed are send, receive or both")
        return self


class TopicUse(Model):
    """An SNS topic that the service publishes to, and the variable that carries its ARN."""

    name: str
    variable: VariableName


class BucketUse(Model):
    """An S3 bucket that the service reads or writes, and the variable that carries its name."""

    name: str
    """The bucket's name without the environment."""
    variable: VariableName
    access: frozenset[Access]

    @model_validator(mode="after")
    def _reads_or_writes(self) -> "BucketUse":
        if not self.access or self.access - {Access.READ, Access.WRITE}:
            raise ValueError(f"access of bucket {self.name}: allowed are read, write or both")
        return self


class CallStyle(StrEnum):
    """How a caller is told where a called service is."""

    URL = "url"
    """A variable holds `https://<host>`."""
    JAVA_PROXY = "java_proxy"
    """JAVA_OPTS gets `-Dhttps.proxyHost` and `-Dhttps.proxyPort`: a forward proxy for a JVM."""
    HTTP_PROXY = "http_proxy"
    """A variable holds `http://<host>:<port>`: a forward proxy for Node."""


class Call(Model):
    """A call to another microservice over its name in DNS."""

    service: ServiceName
    variables: tuple[VariableName, ...] = ()
    """The variables that tell the caller where the service is; none for a Java proxy."""
    path: str = ""
    """What follows the host in the variable's value, for example `/v1/api/auth`."""
    style: CallStyle = CallStyle.URL

    @model_validator(mode="after")
    def _style_and_variables_agree(self) -> "Call":
        if (self.style is CallStyle.JAVA_PROXY) == bool(self.variables):
            raise ValueError(
                f"call to {self.service}: a java_proxy has no variables, any other style has some"
            )
        return self


class Link(Model):
    """A public address that is only written into pages or messages: no call, no edge in the call
    graph.
    """

    service: ServiceName
    variable: VariableName
    path: str = ""


class TaskRun(Model):
    """A one-off Fargate task that the service starts through ECS `RunTask`."""

    family: str
    """The task definition's family without the environment."""
    task_definition_variable: VariableName
    subnets_variable: VariableName
    security_groups_variable: VariableName

    @property
    def variables(self) -> tuple[VariableName, ...]:
        """The variables that tell the service what to run and where."""
        return (
            self.task_definition_variable,
            self.subnets_variable,
            self.security_groups_variable,
        )


class Secret(Model):
    """A secret variable: a key of the Secrets Manager secret of `owner`, never a value."""

    variable: VariableName
    owner: ServiceName | None = None
    """The service in whose secret the key lives; None: the service itself."""


class Sidecar(Model):
    """A container beside the application, defined once for both sides."""

    name: ServiceName
    repository: RepositoryName
    """The ECR repository of its image."""
    image_tag_variable: str
    """The Terraform variable that carries its image tag."""
    port: Port | None = None
    """The port that the load balancer sends to; None: it takes no traffic."""
    log_kind: str
    cpu: int = Field(gt=0)
    memory_mib: int = Field(gt=0)
    essential: bool
    user: ContainerUser
    environment: Mapping[VariableName, SidecarTemplate] = {}
    writable_paths: tuple[ContainerPath, ...] = ("/tmp",)
    """Where the container may write; its root file system is read-only."""


class Microservice(Model):
    """One entry of the catalogue."""

    name: ServiceName
    runtime: Runtime
    container_port: Port
    admin_port: Port | None = None
    """Where a Java service serves its metrics; None: on the container port."""
    health_check_path: str | None = None
    """None: a TCP check, for a service behind a Network Load Balancer."""
    exposure: Exposure
    scope: Scope
    host: str | None = None
    """The label in DNS; None: the service's name."""
    terminates_tls: bool = False
    """The application container itself speaks TLS (without an NGINX sidecar)."""
    database: Database | None = None
    queues: tuple[QueueUse, ...] = ()
    topics: tuple[TopicUse, ...] = ()
    buckets: tuple[BucketUse, ...] = ()
    task_runs: tuple[TaskRun, ...] = ()
    calls: tuple[Call, ...] = ()
    links: tuple[Link, ...] = ()
    environment: Mapping[VariableName, Template] = {}
    """Variables with the same meaning in every environment."""
    parameters: tuple[VariableName, ...] = ()
    """Variables that are not secret and differ by environment: read from Parameter Store."""
    secrets: tuple[Secret, ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    user: ContainerUser
    writable_paths: tuple[ContainerPath, ...] = ("/tmp",)
    """Where the application container may write; its root file system is read-only."""
    size: TaskSize
    timing: Timing = Timing()

    @property
    def load_balancer_type(self) -> LoadBalancerType:
        """A forward proxy speaks plain TCP: it stands behind a Network Load Balancer."""
        return (
            LoadBalancerType.NETWORK
            if self.runtime is Runtime.SQUID
            else LoadBalancerType.APPLICATION
        )

    @property
    def front(self) -> Sidecar | None:
        """The sidecar that takes the load balancer's traffic, where there is one."""
        return next((sidecar for sidecar in self.sidecars if sidecar.port is not None), None)

    @property
    def target_container(self) -> str:
        """The container that the load balancer sends to."""
        return self.front.name if self.front else self.name

    @property
    def target_port(self) -> int:
        """The container port that the load balancer sends to."""
        return self.front.port if self.front and self.front.port else self.container_port

    @property
    def target_protocol(self) -> str:
        """TLS up to the task for everything behind an Application Load Balancer."""
        return "TCP" if self.load_balancer_type is LoadBalancerType.NETWORK else "HTTPS"

    @property
    def listener_port(self) -> int:
        """The port that callers use: 443, or the proxy's own."""
        return 443 if self.target_protocol == "HTTPS" else self.container_port

    @property
    def log_kind(self) -> str:
        """The type of the application container's log group."""
        return "squid" if self.runtime is Runtime.SQUID else "app"

    @property
    def metrics_port(self) -> int:
        """Where the application serves Prometheus metrics."""
        return self.admin_port or self.container_port

    @property
    def called(self) -> tuple[str, ...]:
        """The services that this one calls, without repetition, in order."""
        return tuple(dict.fromkeys(call.service for call in self.calls))

    @model_validator(mode="after")
    def _holds_together(self) -> "Microservice":
        problems = []
        if self.load_balancer_type is LoadBalancerType.APPLICATION:
            if self.health_check_path is None:
                problems.append("health_check_path: needed behind an Application Load Balancer")
            if not (self.front or self.terminates_tls):
                problems.append(
                    "sidecars: traffic to the task must be TLS; add the nginx sidecar or say "
                    "terminates_tls"
                )
        elif self.health_check_path is not None:
            problems.append(
                "health_check_path: a Network Load Balancer checks by TCP; leave it out"
            )
        for limit, used, key in (
            (self.size.cpu, sum(s.cpu for s in self.sidecars), "cpu"),
            (self.size.memory_mib, sum(s.memory_mib for s in self.sidecars), "memory_mib"),
        ):
            if used >= limit:
                problems.append(f"size.{key}: sidecars take {used} of {limit}, nothing is left")
        problems += [f"{name}: set twice" for name in _repeated(self.variable_names)]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def variable_names(self) -> tuple[str, ...]:
        """Every variable of the application container that the catalogue names."""
        return (
            *self.environment,
            *self.parameters,
            *(secret.variable for secret in self.secrets),
            *(queue.variable for queue in self.queues),
            *(topic.variable for topic in self.topics),
            *(bucket.variable for bucket in self.buckets),
            *(variable for call in self.calls for variable in call.variables),
            *(link.variable for link in self.links),
            *(variable for run in self.task_runs for variable in run.variables),
        )


def _repeated(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
