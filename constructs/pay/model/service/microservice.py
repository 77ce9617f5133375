"""A microservice, for every launch type and environment."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.service.container import Port, Sidecar, Template, plain_text_secrets
from pay.model.service.dependencies import (
    AWS_API,
    EXEMPTIONS,
    Access,
    BucketUse,
    Call,
    Database,
    Link,
    QueueUse,
    Secret,
    TaskRun,
    TopicUse,
)
from pay.model.service.heap import heaps
from pay.model.service.judging import Judging
from pay.model.service.migrations import Contraction, Migrations
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.service.size import TaskSize
from pay.model.service.timing import (
    DATABASE_DNS_SECONDS,
    DATABASE_FAILOVER_SECONDS,
    HealthCheck,
    Timing,
    outlasting,
)
from pay.model.text_types import (
    ContainerPath,
    ContainerUser,
    HealthCheckPath,
    HostLabel,
    ServiceName,
    VariableName,
)
from pay.model.vocabulary import Exposure, LoadBalancerType, Scope
from pay.secrets.names import announces_secret

FIRST_UNPRIVILEGED_PORT = 1024
"""The default of `net.ipv4.ip_unprivileged_port_start`. Linux: ip-sysctl."""


class Runtime(StrEnum):
    """The software in the application container."""

    JAVA = "java"
    NODE = "node"
    NGINX = "nginx"
    SQUID = "squid"


class Microservice(Model):
    """One entry of the catalogue."""

    name: ServiceName
    runtime: Runtime
    container_port: Port
    admin_port: Port | None = None
    """The port of a Java service's metrics; None for the container port."""
    health_check_path: HealthCheckPath | None = None
    """None: a TCP check, for a service behind a Network Load Balancer."""
    exposure: Exposure
    scope: Scope
    host: HostLabel | None = None
    """The label in DNS; None for the service's name."""
    terminates_tls: bool = False
    """The application container itself speaks TLS (without an NGINX sidecar)."""
    database: Database | None = None
    migrations: Migrations = Migrations.NONE
    """The time at which the changes of its database run beside the deployment of a release."""
    contractions: tuple[Contraction, ...] = ()
    """The releases whose migration takes away what older ones use."""
    queues: tuple[QueueUse, ...] = ()
    topics: tuple[TopicUse, ...] = ()
    buckets: tuple[BucketUse, ...] = ()
    task_runs: tuple[TaskRun, ...] = ()
    scheduled_calls: tuple[ScheduledCall, ...] = ()
    """The calls that it is sent at fixed times."""
    calls: tuple[Call, ...] = ()
    links: tuple[Link, ...] = ()
    environment: Mapping[VariableName, Template] = {}
    """Variables with the same meaning in every environment."""
    work_switches: tuple[VariableName, ...] = ()
    """Variables of `environment`, "true" there, that let a task take messages of queues and jobs in
    the background. DNS weights do not keep such work from a side."""
    parameters: tuple[VariableName, ...] = ()
    """Variables that are not secret and differ by environment, read from Parameter Store."""
    secrets: tuple[Secret, ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    user: ContainerUser
    writable_paths: tuple[ContainerPath, ...] = ("/tmp",)
    """The paths at which the application container may write; its root file system is read-only."""
    size: TaskSize
    takes_payments: bool = False
    """Every card payment passes it: it has a task in every zone at night, too."""
    timing: Timing = Timing()
    requests_a_minute: float = Field(gt=0)
    """Requests, or connections of a proxy, in a quiet hour of a working day in production."""
    judging: Judging = Judging()

    @property
    def containers(self) -> "tuple[Microservice | Sidecar, ...]":
        """Return the application and its sidecars."""
        return (self, *self.sidecars)

    @property
    def is_proxy(self) -> bool:
        """Return whether it only passes on the connections of its callers."""
        return self.runtime is Runtime.SQUID

    @property
    def load_balancer_type(self) -> LoadBalancerType:
        """Return the type of the load balancer. A forward proxy speaks plain TCP, so it has a
        Network Load Balancer.
        """
        return LoadBalancerType.NETWORK if self.is_proxy else LoadBalancerType.APPLICATION

    @property
    def front(self) -> Sidecar | None:
        """Return the sidecar that takes the load balancer's traffic, if there is one."""
        return next((sidecar for sidecar in self.sidecars if sidecar.port is not None), None)

    @property
    def target_container(self) -> str:
        """Return the container that the load balancer sends to."""
        return self.front.name if self.front else self.name

    @property
    def target_port(self) -> int:
        """Return the container port that the load balancer sends to."""
        return self.front.port if self.front and self.front.port else self.container_port

    @property
    def has_privileged_port(self) -> bool:
        """Return whether its port is one on which Linux by default lets only root listen."""
        return self.target_port < FIRST_UNPRIVILEGED_PORT

    @property
    def target_protocol(self) -> str:
        """Return the protocol to the task: HTTPS behind an Application Load Balancer, else TCP."""
        return "TCP" if self.load_balancer_type is LoadBalancerType.NETWORK else "HTTPS"

    @property
    def health_check(self) -> HealthCheck:
        """Return how the load balancer checks a task.

        A service with a database asks it in its answer (public: `HealthCheckResource`, 503 without
        it). All its tasks fail together while the database fails over, on both sides. Replacing
        them would not help, so the check is patient for longer (docs/decisions/0117).
        """
        if self.database is None:
            return HealthCheck()
        return outlasting(DATABASE_FAILOVER_SECONDS + DATABASE_DNS_SECONDS)

    @property
    def listener_port(self) -> int:
        """Return the port that callers use: 443, or the proxy's own."""
        return 443 if self.target_protocol == "HTTPS" else self.container_port

    @property
    def log_kind(self) -> str:
        """Return the type of the application container's log group."""
        return "squid" if self.is_proxy else "app"

    @property
    def metrics_port(self) -> int:
        """Return the port of the application's Prometheus metrics."""
        return self.admin_port or self.container_port

    @property
    def has_collector(self) -> bool:
        """Return whether a sidecar collects metrics."""
        return any(sidecar.name == "adot" for sidecar in self.sidecars)

    @property
    def called(self) -> tuple[str, ...]:
        """Return the services that this one calls, each once, in order."""
        return tuple(dict.fromkeys(call.service for call in self.calls))

    @property
    def variable_names(self) -> tuple[str, ...]:
        """Return every variable of the application container that the catalogue names."""
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

    def memory_of_application(self, size: TaskSize) -> int:
        """Return the MiB that a task of this size leaves to the application."""
        return size.memory_mib - sum(sidecar.memory_mib for sidecar in self.sidecars)

    def size_problems(self, size: TaskSize) -> Iterator[Problem]:
        """Yield what does not fit into a task of this size, with keys of the size. A container that
        fills its memory is killed, with the payments in it (AWS: ECS `ContainerDefinition`,
        `memory`).
        """
        for key, limit, used in (
            ("cpu", size.cpu, sum(sidecar.cpu for sidecar in self.sidecars)),
            ("memory_mib", size.memory_mib, size.memory_mib - self.memory_of_application(size)),
        ):
            if used >= limit:
                yield Problem(
                    key=key,
                    found=str(limit),
                    allowed=f"more than the {used} of the sidecars, or nothing is left",
                )
        memory = self.memory_of_application(size)
        for heap in heaps(self.environment, memory):
            if heap.mib is None or heap.mib >= memory > 0:
                yield Problem(
                    key="memory_mib",
                    found=f"{heap.option} in {heap.variable}, in a container of {memory} MiB",
                    allowed="a heap in digits and a unit (k, m, g), smaller than its container",
                    fix="lower the heap, or choose a larger task",
                )

    def problems(self) -> Iterator[Problem]:
        yield from self._load_balancer_problems()
        for problem in self.size_problems(self.size):
            yield replace(problem, key=f"size.{problem.key}")
        names = self.variable_names
        for variable in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield Problem(
                found=f"{variable} {names.count(variable)} times",
                allowed="each variable once",
                fix="remove all but one of them",
            )
        yield from self._migration_problems()
        yield from self._work_switch_problems()
        yield from self._proxy_problems()
        yield from plain_text_secrets(self.environment)
        for variable in filter(announces_secret, self.parameters):
            yield Problem(
                key="parameters",
                found=f"{variable}, the name of a secret",
                allowed="settings that are not secret",
                fix=f"move {variable} to secrets",
            )

    def _migration_problems(self) -> Iterator[Problem]:
        if self.migrations is not Migrations.NONE and self.database is None:
            yield Problem(
                key="migrations",
                found=self.migrations,
                allowed=f"{Migrations.NONE} for a service without a database",
            )
        if self.contractions and self.migrations is Migrations.NONE:
            yield Problem(
                key="contractions",
                found=", ".join(str(each.release) for each in self.contractions),
                allowed=f"none while migrations is {Migrations.NONE}",
            )

    def _work_switch_problems(self) -> Iterator[Problem]:
        for switch in self.work_switches:
            if self.environment.get(switch) != "true":
                yield Problem(
                    key="work_switches",
                    found=f"{switch}, which is {self.environment.get(switch, 'not set')}",
                    allowed='variables that are "true" in environment',
                    fix=f'set {switch} to "true" there: EC2 does the work at every stage',
                )
        received = [queue.name for queue in self.queues if Access.RECEIVE in queue.access]
        if received and not self.work_switches:
            yield Problem(
                key="work_switches",
                found="none",
                allowed=f"the variables that switch on receiving from {', '.join(received)}",
                fix="name them: without one, a side at `dark` would take half of the messages",
            )

    def _proxy_problems(self) -> Iterator[Problem]:
        """Refuse to ask the forward proxy for AWS's API. Tasks reach it through endpoints of the
        VPC, and the proxy's allow list lacks it.
        """
        if not (self.queues or self.topics or self.buckets or self.task_runs):
            return
        styles = {call.style for call in self.calls}
        for style, (variable, ends) in EXEMPTIONS.items():
            value = self.environment.get(variable, "")
            if style in styles and AWS_API not in ends.findall(value):
                yield Problem(
                    key=f"environment.{variable}",
                    found=value or "nothing",
                    allowed=f"{AWS_API} among the names that the forward proxy is not asked for",
                    fix="add it, or calls of queues, topics, buckets and tasks go to the proxy",
                )

    def _load_balancer_problems(self) -> Iterator[Problem]:
        if self.load_balancer_type is LoadBalancerType.NETWORK:
            if self.health_check_path is not None:
                yield Problem(
                    key="health_check_path",
                    found=self.health_check_path,
                    allowed="nothing: a Network Load Balancer checks by TCP",
                    fix="remove it",
                )
            return
        if self.health_check_path is None:
            yield Problem(
                key="health_check_path",
                found="nothing",
                allowed="the path that an Application Load Balancer asks for, with 200 for healthy",
                fix="add it",
            )
        if not (self.front or self.terminates_tls):
            yield Problem(
                key="sidecars",
                found="no container that ends TLS",
                allowed="TLS up to the task (PCI DSS v4.0.1, 4.2.1)",
                fix="add the nginx sidecar, or terminates_tls if the application speaks TLS itself",
            )
