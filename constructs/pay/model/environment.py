"""An environment: one AWS account's part of the estate, and the stage of every service in it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from pay.model.base import Model
from pay.model.microservice import ServiceName
from pay.model.sides import Scope, Segment
from pay.model.size import TaskCount, TaskSize
from pay.model.stage import Ladder, Stage

EnvironmentName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=16)]


class Architecture(StrEnum):
    """AWS's own values of `cpu_architecture`."""

    ARM64 = "ARM64"
    X86_64 = "X86_64"


def _leaves_out_what_is_not_named(table: object) -> object:
    """TOML has no null: in a `[ladder]` table, a stage that is not named is left out."""
    rungs: dict[str, object] = dict.fromkeys(("canary", "quarter", "half", "most"))
    return rungs | table if isinstance(table, dict) else table


class Network(Model):
    """The VPC and the availability zones that exist already."""

    vpc: str
    """The VPC's Name tag."""
    zones: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z]+-\d[a-z]$")], ...]
    """The availability zones in use: at least two."""

    @model_validator(mode="after")
    def _spans_two_zones(self) -> "Network":
        if len(set(self.zones)) < 2 or len(set(self.zones)) != len(self.zones):
            raise ValueError(
                f"zones: found {', '.join(self.zones) or 'none'}; "
                "at least two different availability zones are needed to survive the loss of one"
            )
        return self


class Dns(Model):
    """The hosted zones that exist already; each has a certificate for `*.<zone>`."""

    public_zone: str
    """The zone of what the public reaches."""
    internal_zone: str
    """The private zone of what only services and staff reach."""


class LoadBalancers(Model):
    access_logs_bucket: str
    """The S3 bucket that exists already and takes the load balancers' access logs."""
    deletion_protection: bool


class Logs(Model):
    retention_in_days: Literal[365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
    """At least a year (PCI DSS v4.0.1, 10.5.1); the values that CloudWatch Logs offers."""
    outlive_the_service: bool
    """Whether log groups stay when a side is destroyed (PCI DSS v4.0.1, 10.5.1)."""


class Metrics(Model):
    """Where the ADOT sidecar writes."""

    prometheus_endpoint: str
    prometheus_write_role_arn: str


class State(Model):
    """Where Terraform keeps the states of this environment."""

    backend: Literal["s3", "local"]
    bucket: str | None = None
    """The S3 bucket that exists already; None with the local backend."""

    @model_validator(mode="after")
    def _bucket_goes_with_s3(self) -> "State":
        if (self.backend == "s3") != (self.bucket is not None):
            raise ValueError("bucket: needed with backend s3, and only then")
        return self


class Capacity(Model):
    """The EC2 instances of one segment of the legacy cluster."""

    instance_type: str
    min_instances: int = Field(ge=1)
    max_instances: int = Field(ge=1)

    @model_validator(mode="after")
    def _min_is_at_most_max(self) -> "Capacity":
        if self.min_instances > self.max_instances:
            raise ValueError(
                f"min_instances is {self.min_instances}, max_instances is {self.max_instances}; "
                "min_instances must not exceed max_instances"
            )
        return self


class Deployment(Model):
    """A service in this environment."""

    stage: Stage
    tasks: TaskCount
    size: TaskSize | None = None
    """None: the catalogue's size."""


class Environment(Model):
    """One file of `environments/`."""

    name: EnvironmentName
    account_id: Annotated[str, Field(pattern=r"^\d{12}$")]
    account_name: str
    region: Annotated[str, Field(pattern=r"^[a-z]{2}-[a-z]+-\d$")]
    architecture: Architecture
    production: bool
    """Whether real payments pass: databases must be Multi-AZ and ECS Exec is off."""
    adopt: bool = False
    """Whether what runs today on EC2 is imported into these stacks rather than created."""
    follows: EnvironmentName | None = None
    """The environment that a service must have passed first; None: none."""
    frozen: str | None = None
    """Why nothing moves forward at the moment; None: moves are open."""
    max_step: int = Field(default=25, ge=1, le=100)
    """The largest rise of Fargate's share in one promotion, in per cent."""
    max_in_flight: int = Field(default=3, ge=1)
    """How many services may be between `dark` and `soak` at the same time."""
    ladder: Annotated[Ladder, BeforeValidator(_leaves_out_what_is_not_named)] = Ladder()
    """Every weighted stage that services pass through; a stage that is not named is left out."""
    network: Network
    dns: Dns
    load_balancers: LoadBalancers
    logs: Logs
    metrics: Metrics
    state: State
    capacity: Mapping[Segment, Capacity]
    services: Mapping[ServiceName, Deployment]

    def base_domain(self, *, public: bool) -> str:
        """The zone that a service's name lives in."""
        return self.dns.public_zone if public else self.dns.internal_zone

    @model_validator(mode="after")
    def _holds_together(self) -> "Environment":
        problems = []
        if wrong := [zone for zone in self.network.zones if not zone.startswith(self.region)]:
            problems.append(f"network.zones: {', '.join(wrong)} is not in region {self.region}")
        if self.ladder.largest_step > self.max_step:
            problems.append(
                f"ladder: a step of {self.ladder.largest_step} per cent; "
                f"max_step allows {self.max_step}"
            )
        if missing := sorted(set(Segment) - set(self.capacity)):
            problems.append(f"capacity: {', '.join(missing)} is missing")
        for service, deployment in self.services.items():
            if deployment.stage not in self.ladder.stages:
                problems.append(
                    f"services.{service}.stage: {deployment.stage} is not on this environment's "
                    f"ladder; allowed: {', '.join(self.ladder.stages)}"
                )
        if problems:
            raise ValueError("; ".join(problems))
        return self


def scope_tag(scope: Scope | None) -> str:
    """The value of the tag `CardholderData` of a stack; a stack that serves all scopes is `inside`,
    because it must be held to the strictest rules.
    """
    return (scope or Scope.INSIDE).value
