"""An environment: one AWS account's part of the estate, and the stage of every service in it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from pay.identifiers import arn_of
from pay.model.base import Model
from pay.model.environment.closure import MOST as MOST_CLOSURES
from pay.model.environment.closure import Closure
from pay.model.environment.images import Pin, Registry
from pay.model.environment.instance_types import FAMILIES, SIZES, Architecture, room_of
from pay.model.environment.ladder import LadderTable, MaxStep
from pay.model.environment.load import Load
from pay.model.environment.monitoring import LogPipeline, Monitoring
from pay.model.environment.provider import USUAL, ProviderMajor
from pay.model.environment.scaling import (
    USUAL_SCALING,
    Event,
    Scaling,
    ServiceScaling,
    event_clock_problems,
    event_problems,
)
from pay.model.environment.sleep import Sleep, sleeping_problems
from pay.model.environment.smoke import Smoke
from pay.model.problem import Problem
from pay.model.service.size import TaskCount, TaskSize
from pay.model.stage.stage import Ladder, Stage
from pay.model.text_types import (
    AccountId,
    BucketName,
    DomainName,
    EnvironmentName,
    HttpsUrl,
    InstanceType,
    KeyPrefix,
    Region,
    RoleArn,
    Sentence,
    ServiceName,
    TagValue,
    WebAclName,
    Zone,
)
from pay.model.vocabulary import Kept, Scope, Segment, Side
from pay.model.watching.accounts import Watching
from pay.model.watching.agent import REGISTRIES


class Network(Model):
    """The VPC and the availability zones that exist already."""

    vpc: TagValue
    """The VPC's Name tag."""
    zones: tuple[Zone, ...]
    """The availability zones in use, at least two."""

    def problems(self) -> Iterator[Problem]:
        if len(set(self.zones)) < max(2, len(self.zones)):
            yield Problem(
                key="zones",
                found=", ".join(self.zones) or "none",
                allowed="at least two different zones, to survive the loss of one",
            )


class Dns(Model):
    """The hosted zones that exist already; each has a certificate for `*.<zone>`."""

    public_zone: DomainName
    """The zone of what the public reaches."""
    internal_zone: DomainName
    """The private zone of what only services and staff reach."""

    def problems(self) -> Iterator[Problem]:
        if self.public_zone == self.internal_zone:
            yield Problem(
                key="internal_zone",
                found=self.internal_zone,
                allowed="another zone than public_zone: `products` is a name in both",
            )


class LoadBalancers(Model):
    access_logs_bucket: BucketName
    """The S3 bucket that exists already and takes the load balancers' access logs."""
    access_logs_prefix: KeyPrefix
    """The prefix below which the bucket's policy lets Elastic Load Balancing write; may be empty.
    One for all, because the name of each log holds its load balancer's.
    """
    deletion_protection: bool
    web_acl: WebAclName
    """The regional AWS WAF web ACL that exists already and protects what the public reaches (PCI
    DSS v4.0.1, 6.4.2)."""

    def problems(self) -> Iterator[Problem]:
        # AWS: "Enable access logs for your Application Load Balancer", bucket requirements.
        if "AWSLogs" in self.access_logs_prefix:
            yield Problem(
                key="access_logs_prefix",
                found=self.access_logs_prefix,
                allowed="a prefix without AWSLogs, which Elastic Load Balancing adds itself",
            )


class Logs(Model):
    retention_in_days: Literal[365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
    """At least a year (PCI DSS v4.0.1, 10.5.1); the values that CloudWatch Logs offers."""
    outlive_the_service: bool
    """Keep log groups when a service or the platform is destroyed (PCI DSS v4.0.1, 10.5.1)."""
    pipeline: LogPipeline | None = None
    """The target of the lines of every log group. Without it, this project subscribes nothing."""


class Metrics(Model):
    """The target of the ADOT sidecar."""

    prometheus_endpoint: HttpsUrl
    prometheus_write_role_arn: RoleArn


class Tasks(Model):
    """Tasks beside the services, which run once or at fixed times."""

    schedules: bool
    """Make the scheduled calls; false where services sleep, because nothing would answer."""


class State(Model):
    """The place where Terraform keeps the states of this environment."""

    backend: Literal["s3", "local"]
    bucket: BucketName | None = None
    """The S3 bucket that exists already; left out with the local backend."""

    def problems(self) -> Iterator[Problem]:
        if (self.backend == "s3") != (self.bucket is not None):
            yield Problem(
                key="bucket",
                found=self.bucket or "nothing",
                allowed="a bucket with backend s3, and only then",
                fix="remove it" if self.bucket else "add it",
            )


MOST_INSTANCES = 5000
"""Container instances of a cluster. AWS: ECS service quotas."""


class Capacity(Model):
    """The EC2 instances of one segment of the legacy cluster."""

    instance_type: InstanceType
    min_instances: int = Field(ge=1, le=MOST_INSTANCES)
    """At least one a zone, and as many as hold the daily peak. Nothing starts more by itself."""
    max_instances: int = Field(ge=1, le=MOST_INSTANCES)

    def problems(self) -> Iterator[Problem]:
        if self.min_instances > self.max_instances:
            yield Problem(
                key="min_instances",
                found=str(self.min_instances),
                allowed=f"at most max_instances, which is {self.max_instances}",
            )


class Deployment(Model):
    """A service in this environment."""

    stage: Stage
    tasks: TaskCount
    scaling: ServiceScaling | None = None
    """Left out: the environment's `[scaling]`."""
    size: TaskSize | None = None
    """Replaces the catalogue's size. Left out: the catalogue's."""
    keeps: tuple[Kept, ...] = ()
    """Settings of the EC2 side from before its adoption, as `pay adopt` found them. Removing a word
    is the step that changes it.
    """
    hardened: bool = True
    """Run containers on EC2 hardened, as always on Fargate; false only while the environment adopts
    what runs."""


class Environment(Model):
    """One file of `environments/`."""

    name: EnvironmentName
    """The file's name without `.toml`."""
    account_id: AccountId
    account_name: TagValue
    region: Region
    architecture: Architecture
    production: bool
    """Real payments pass: databases must be Multi-AZ and the tag `Production` is true. Promotions
    wait for the dwell times and the daily peak, which elsewhere only warn.
    """
    adopt: bool = False
    """Import what runs today on EC2 instead of creating it."""
    aws_provider: ProviderMajor = USUAL
    """The major version of Terraform's AWS provider. There is no easy way back from 6, because its
    first apply rewrites the states."""
    follows: EnvironmentName | None = None
    """The environment that a service must pass first. Without it, a service waits for none."""
    traffic_percent: float = Field(default=100, gt=0, le=1000)
    """Its requests, in per cent of the catalogue's rates, which are production's. Alarms follow it.
    With fewer requests they look at longer periods."""
    frozen: Sentence | None = None
    """The reason why moves forward are closed at the moment. Without it, they are open."""
    max_step: MaxStep = 25
    """The largest rise of Fargate's share in one promotion, in per cent."""
    max_in_flight: int = Field(default=3, ge=1, le=1000)
    """The most services that may be between `dark` and `soak` at the same time."""
    ladder: LadderTable = Ladder()
    """Every weighted stage that services pass through; a stage that is not named is left out."""
    network: Network
    dns: Dns
    load_balancers: LoadBalancers
    logs: Logs
    metrics: Metrics
    monitoring: Monitoring | None = None
    """Left out: no dashboards and no composite alarms."""
    closures: Annotated[tuple[Closure, ...], Field(max_length=MOST_CLOSURES)] = ()
    """Times at which requests are not expected. Keep those of the last four weeks, because the
    judge leaves them out of what is usual."""
    registry: Registry | None = None
    """The repositories of its account, the same in every environment there. Left out: they exist
    already, and no stack holds them."""
    sidecars: Mapping[ServiceName, Pin] = {}
    """The release of each sidecar of the catalogue."""
    smoke: Smoke | None = None
    """Left out: no smoke tests."""
    tasks: Tasks | None = None
    """Left out: no migrations, no scheduled calls and no tasks that people start."""
    sleep: Sleep | None = None
    """Left out: it never sleeps."""
    load: Load | None = None
    """Left out: no load tests."""
    watching: Watching | None = None
    """The ways in which findings of its account reach people, the same in every environment there.
    Left out: this project does not watch the account."""
    state: State
    scaling: Scaling = USUAL_SCALING
    """The settings by which Fargate follows demand. Every key has a default."""
    events: tuple[Event, ...] = ()
    """Announced rises of demand."""
    capacity: Mapping[Segment, Capacity]
    services: Mapping[ServiceName, Deployment]

    def base_domain(self, *, public: bool) -> str:
        """Return the zone of a service's name."""
        return self.dns.public_zone if public else self.dns.internal_zone

    def closures_of(self, service: str) -> tuple[Closure, ...]:
        """Return the times at which a service is closed."""
        return tuple(c for c in self.closures if not c.services or service in c.services)

    def arn(self, aws_service: str, resource: str) -> str:
        """Return the ARN of a resource in this environment's account and region."""
        return arn_of(aws_service, self.region, self.account_id, resource)

    def with_only(self, service: str) -> "Environment":
        """Return the same environment with this service only."""
        return self.model_copy(update={"services": {service: self.services[service]}})

    def protects(self, side: Side, stage: Stage) -> bool:
        """Return whether the side's load balancer is protected from deletion. It is while a record
        leads to it. `dark` -> `legacy` and `detached` -> `retired` can then destroy theirs. ELB
        refuses DeleteLoadBalancer for a protected one with OperationNotPermitted.
        """
        has_record = any(record.side is side for record in self.ladder.records(stage))
        return self.load_balancers.deletion_protection and has_record

    def problems(self, broken: frozenset[str] = frozenset()) -> Iterator[Problem]:
        """Yield what does not hold together; checks skip `broken`, the keys that are unreadable."""

        def readable(*keys: str) -> bool:
            return broken.isdisjoint(keys)

        # AWS: `Name` of ECS `CreateCapacityProvider` and of ELB `CreateLoadBalancer`.
        for prefix in ("aws", "ecs", "fargate", "internal-"):
            if readable("name") and self.name.startswith(prefix):
                allowed = f"names that AWS does not reserve: not {prefix}..."
                yield Problem(key="name", found=self.name, allowed=allowed)
        if readable("production", "sleep", "tasks", "events", "services") and self.sleep:
            yield from sleeping_problems(
                production=self.production,
                makes_calls=self.tasks is not None and self.tasks.schedules,
                has_events=bool(self.events),
                nights={name: each.tasks.night for name, each in self.services.items()},
            )
        if readable("production", "load") and self.production and self.load:
            yield Problem(
                key="load",
                found="load tests, and production = true",
                allowed="load tests where no real payment passes",
                fix="remove the table",
            )
        if readable("production", "state", "logs") and self.production:
            yield from self._production_problems()
        if readable("network", "region"):
            for zone in self.network.zones:
                if zone[:-1] != self.region:
                    allowed = f"zones of region {self.region}"
                    yield Problem(key="network.zones", found=zone, allowed=allowed)
        if readable("watching", "region") and self.watching and self.region not in REGISTRIES:
            yield Problem(
                key="watching",
                found=f"an account in {self.region}",
                allowed="a region whose repository of GuardDuty's agent is known: "
                f"{', '.join(REGISTRIES)}",
                fix="add the region to constructs/pay/model/watching/agent.py, or remove the table",
            )
        if readable("ladder", "max_step") and self.ladder.largest_step > self.max_step:
            yield Problem(
                key="ladder",
                found=f"a step of {self.ladder.largest_step} per cent",
                allowed=f"at most max_step, which is {self.max_step}",
                fix="name a stage between, or raise max_step",
            )
        if readable("capacity"):
            yield from self._capacity_problems(readable("architecture"))
        if readable("ladder", "services"):
            for service, deployment in self.services.items():
                if deployment.stage not in self.ladder.stages:
                    yield Problem(
                        key=f"services.{service}.stage",
                        found=deployment.stage,
                        allowed=", ".join(self.ladder.stages),
                        fix="this ladder leaves it out: choose another stage, or add it",
                    )
        if readable("closures", "services"):
            for index, closure in enumerate(self.closures):
                for service in closure.services:
                    if service not in self.services:
                        key = f"closures.{index}.services"
                        allowed = "services of this environment"
                        yield Problem(key=key, found=service, allowed=allowed)
        if readable("adopt", "services"):
            yield from self._hardening_problems()
        if readable("events"):
            yield from event_problems(self.events)
        if readable("events", "scaling"):
            yield from event_clock_problems(self.events, self.scaling.timezone)

    def _hardening_problems(self) -> Iterator[Problem]:
        for service, deployment in self.services.items():
            is_taken_over = self.adopt and deployment.stage.has_ec2
            if not deployment.hardened and not is_taken_over:
                yield Problem(
                    key=f"services.{service}.hardened",
                    found="false",
                    allowed="true, unless adopt = true and the service still has its EC2 side",
                    fix="remove the line; only what already runs may run as it was made",
                )

    def _production_problems(self) -> Iterator[Problem]:
        """Refuse a state and logs that production can lose. A state on one machine can be lost with
        it. Terraform would then create the running resources again. Logs of a year outlive the
        service that wrote them (PCI DSS v4.0.1, 10.5.1).
        """
        if self.state.backend != "s3":
            yield Problem(
                key="state.backend",
                found=self.state.backend,
                allowed="s3, in an environment through which real payments pass",
            )
        if not self.logs.outlive_the_service:
            yield Problem(
                key="logs.outlive_the_service",
                found="false",
                allowed="true, in an environment through which real payments pass",
            )

    def _capacity_problems(self, is_architecture_known: bool) -> Iterator[Problem]:
        for segment in Segment:
            capacity = self.capacity.get(segment)
            if capacity is None:
                yield Problem(
                    key=f"capacity.{segment}",
                    found="nothing",
                    allowed="instances of its own for every segment",
                    fix="add the table",
                )
                continue
            architecture = Architecture.of(capacity.instance_type)
            if is_architecture_known and architecture is not self.architecture:
                yield Problem(
                    key=f"capacity.{segment}.instance_type",
                    found=f"{capacity.instance_type}, which is {architecture}",
                    allowed=f"types of architecture {self.architecture}",
                )
            elif room_of(capacity.instance_type) is None:
                yield Problem(
                    key=f"capacity.{segment}.instance_type",
                    found=f"{capacity.instance_type}, whose size is not known here",
                    allowed=f"{', '.join(FAMILIES)} as {', '.join(SIZES)}",
                    fix="choose one of these, or add the type to "
                    "pay.model.environment.instance_types",
                )


def scope_tag(scope: Scope | None) -> str:
    """Return the tag `CardholderData` of a stack: the strictest, `inside`, for all scopes."""
    return (scope or Scope.INSIDE).value
