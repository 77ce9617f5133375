"""The network connections that a service needs: each has a source, a target and ports of TCP.

They follow from the catalogue, the sides and the stages. Connections that security groups never
filter are left out. They lead to the VPC's own DNS server, and to the addresses of instance and
task metadata. AWS: VPC user guide, "Control traffic to your AWS resources using security groups".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from pay.model import names
from pay.model.environment.environment import Environment
from pay.model.service.call_graph import Catalogue, callers
from pay.model.service.dependencies import POSTGRESQL_PORT, REDIS_PORT
from pay.model.service.microservice import Microservice, Runtime
from pay.model.vocabulary import Exposure, Segment, Side
from pay.model.watching.agent import ENDPOINT

REDIS_PARAMETER = "REDIS_URL"
"""The parameter with the address of a service's Redis (public, in publicapi's configuration)."""

HTTPS, HTTP = 443, 80

EPHEMERAL_PORTS = (32768, 60999)
"""The ports that an instance gives to bridge tasks: the default of `ip_local_port_range` on Linux.
AWS: ECS API reference, `PortMapping`, `hostPort`."""

_STARTING_A_TASK = ("ecr.api", "ecr.dkr", "s3", "logs")
"""ECR keeps the layers of images in S3 (AWS: ECR user guide, "Amazon ECR interface VPC
endpoints")."""

_ECS_AGENT = ("ecs", "ecs-agent", "ecs-telemetry")
"""AWS: ECS developer guide, "Amazon ECS interface VPC endpoints"; a Fargate task needs none."""

_METRICS = ("sts", "aps-workspaces")
"""The collector assumes a role, and writes to Amazon Managed Service for Prometheus."""


class EndKind(StrEnum):
    """The kind of thing at one end of a connection."""

    TASKS = "tasks"
    """The Fargate tasks of a service, each with addresses and security groups of its own."""
    INSTANCES = "instances"
    """The EC2 instances of a segment, which lend their tasks address and security groups."""
    LOAD_BALANCER = "load balancer"
    DATABASE = "database"
    REDIS = "Redis"
    AWS = "AWS"
    """An API of AWS, by its VPC endpoint."""
    INTERNET = "the internet"


@dataclass(frozen=True, order=True)
class End:
    """One end of a connection."""

    kind: EndKind
    name: str = ""
    """A service; for instances the segment, for AWS the end of the VPC endpoint's service name."""
    side: Side | None = None
    """The side of a load balancer."""

    def __str__(self) -> str:
        match self.kind:
            case EndKind.TASKS:
                return f"{self.name} on Fargate"
            case EndKind.INSTANCES:
                return f"{self.name} instances"
            case EndKind.LOAD_BALANCER:
                return f"{self.side} load balancer of {self.name}"
            case EndKind.DATABASE | EndKind.REDIS:
                return f"{self.kind} of {self.name}"
            case EndKind.AWS:
                return f"AWS {self.name}"
        return self.kind.value


class Ports(NamedTuple):
    """Ports of TCP, the last one included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, order=True)
class Connection:
    """The source opens connections to the target; answers pass by themselves."""

    source: End
    target: End
    ports: Ports

    def __str__(self) -> str:
        return f"{self.source} to {self.target}"


INTERNET = End(EndKind.INTERNET)


def connections(
    service: str, environment: Environment, catalogue: Catalogue
) -> frozenset[Connection]:
    """Return what a service needs on Fargate, and on EC2 unless it is retired. Also return what its
    callers need on each side that they have, and its own scheduled calls.
    """
    own = catalogue[service]
    stage = environment.services[service].stage
    sides = [side for side in Side if side is Side.FARGATE or stage.has(side)]
    needed = set[Connection]()
    for side in sides:
        needed |= {*_from_tasks(own, side, environment, catalogue), _to_tasks(own, side)}
        needed |= set(_from_the_internet(own, side))
    if environment.tasks and own.scheduled_calls:
        # The task that makes a scheduled call has the network of the tasks that it calls.
        needed |= set(_call(_running(own, Side.FARGATE), own, environment))
    for caller in callers(catalogue, service):
        if deployment := environment.services.get(caller):
            for side in filter(deployment.stage.has, Side):
                source = _running(catalogue[caller], side)
                needed |= set(_call(source, own, environment))
    return frozenset(needed)


def security_groups(end: End, environment: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the names of an end's security groups; the one that is only its own comes last. Return
    none for an end whose groups only AWS knows.
    """
    match end.kind:
        case EndKind.TASKS:
            segment = catalogue[end.name].scope.segment
            return names.task_security_groups(environment, end.name, segment)
        case EndKind.INSTANCES:
            return names.instance_security_groups(environment, Segment(end.name))
        case EndKind.LOAD_BALANCER:
            return (names.load_balancer_security_group(environment, end.name),)
    return ()


def subnets(end: End, environment: Environment, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the names of the subnets that hold an end's addresses. Return none for an end whose
    subnets only AWS knows.
    """
    match end.kind:
        case EndKind.TASKS:
            group = end.name
        case EndKind.INSTANCES:
            group = names.instance_subnets(Segment(end.name))
        case EndKind.LOAD_BALANCER:
            group = names.load_balancer_subnets(end.name, catalogue[end.name].exposure)
        case _:
            return ()
    return tuple(names.subnet(environment.name, group, z) for z in environment.network.zones)


def _running(service: Microservice, side: Side) -> End:
    if side is Side.FARGATE:
        return End(EndKind.TASKS, service.name)
    return End(EndKind.INSTANCES, service.scope.segment.value)


def _to_tasks(service: Microservice, side: Side) -> Connection:
    """Return the connection of requests and of health checks, which use the same port."""
    port = service.target_port
    ports = Ports(port, port) if side is Side.FARGATE else Ports(*EPHEMERAL_PORTS)
    return Connection(_load_balancer(service, side), _running(service, side), ports)


def _from_tasks(
    service: Microservice, side: Side, environment: Environment, catalogue: Catalogue
) -> Iterator[Connection]:
    source = _running(service, side)
    if service.database:
        yield _single(source, End(EndKind.DATABASE, service.name), POSTGRESQL_PORT)
    if REDIS_PARAMETER in service.parameters:
        yield _single(source, End(EndKind.REDIS, service.name), REDIS_PORT)
    if service.runtime is Runtime.SQUID:
        yield _single(source, INTERNET, HTTPS)
    for api in _apis(service, side):
        yield _single(source, End(EndKind.AWS, api), HTTPS)
    if environment.watching:
        # GuardDuty's agent: beside a Fargate task, on an instance of EC2.
        yield _single(source, End(EndKind.AWS, ENDPOINT), HTTPS)
    for called in service.called:
        if called in environment.services:
            yield from _call(source, catalogue[called], environment)


def _call(source: End, called: Microservice, environment: Environment) -> Iterator[Connection]:
    if called.exposure is Exposure.PUBLIC:
        # Its name leads to public addresses, and rules that name a security group are about private
        # ones. AWS: VPC user guide, "Security group rules".
        yield _single(source, INTERNET, called.listener_port)
        return
    stage = environment.services[called.name].stage
    for side in Side:
        if side is Side.FARGATE or stage.has(side):
            yield _single(source, _load_balancer(called, side), called.listener_port)


def _from_the_internet(service: Microservice, side: Side) -> Iterator[Connection]:
    if service.exposure is Exposure.PUBLIC:
        for port in (HTTPS, HTTP):
            yield _single(INTERNET, _load_balancer(service, side), port)


def _apis(service: Microservice, side: Side) -> Iterator[str]:
    """Yield the APIs that tasks call. KMS is not one: Secrets Manager, SQS and SNS decrypt."""
    yield from _STARTING_A_TASK
    for api, uses in (
        ("secretsmanager", service.secrets),
        ("ssm", service.parameters),
        ("sqs", service.queues),
        ("sns", service.topics),
        ("ecs", service.task_runs),
    ):
        if uses:
            yield api
    if service.has_collector:
        yield from _METRICS
    if side is Side.EC2:
        yield from _ECS_AGENT


def _load_balancer(service: Microservice, side: Side) -> End:
    return End(EndKind.LOAD_BALANCER, service.name, side)


def _single(source: End, target: End, port: int) -> Connection:
    return Connection(source, target, Ports(port, port))
