"""One microservice on one side in one environment."""

from dataclasses import dataclass

from pay.model import names
from pay.model.environment.environment import Deployment, Environment
from pay.model.environment.host_names import hosted_zone
from pay.model.log_groups import log_group
from pay.model.service.microservice import Microservice
from pay.model.service.size import TaskSize
from pay.model.stage.dns_answers import minimum_healthy
from pay.model.stage.invariants import holds_full_peak
from pay.model.vocabulary import Exposure, Kept, Side

DEPLOYMENT_MAXIMUM_PERCENT = 200
"""The tasks during a deployment, of the desired count (AWS: ECS API reference,
`DeploymentConfiguration`, `maximumPercent`)."""

STEADY_STATE_SECONDS = 1_200
"""The time for which an apply waits for a deployment. The circuit breaker gives up after 3 to 200
failed tasks; this leaves it the time to roll back. AWS: ECS developer guide, "Deployment circuit
breaker"."""

LOOPBACK = "127.0.0.1"
EVERY_ADDRESS = "0.0.0.0"


@dataclass(frozen=True)
class ServiceSide:
    """The catalogue's entry, the environment's settings and the launch type, together."""

    service: Microservice
    environment: Environment
    side: Side

    @property
    def deployment(self) -> Deployment:
        return self.environment.services[self.service.name]

    @property
    def size(self) -> TaskSize:
        """Return the environment's size of the task, or else the catalogue's."""
        return self.deployment.size or self.service.size

    @property
    def holds_full_peak(self) -> bool:
        """Return whether all traffic may reach the side from one minute to the next."""
        return holds_full_peak(self.deployment.stage, self.side)

    @property
    def needed_tasks(self) -> int:
        """Return how many healthy tasks the side must always have, at night, too."""
        tasks = self.deployment.tasks
        return tasks.peak if self.holds_full_peak else tasks.lowest

    @property
    def most_desired_tasks(self) -> int:
        """Return the largest desired count: EC2's is fixed at the peak, Fargate scales beyond."""
        tasks = self.deployment.tasks
        return tasks.peak if self.side is Side.EC2 else tasks.most

    @property
    def most_tasks(self) -> int:
        """Return how many tasks may run at once in a deployment while scaled out."""
        return self.most_desired_tasks * DEPLOYMENT_MAXIMUM_PERCENT // 100

    @property
    def minimum_healthy(self) -> int:
        """Return how many healthy tasks keep the side in DNS. It is never more than scaling may
        leave, so scaling in does not look like a failure.
        """
        return minimum_healthy(self.needed_tasks)

    @property
    def is_public(self) -> bool:
        return self.service.exposure is Exposure.PUBLIC

    @property
    def zone(self) -> str:
        """Return the hosted zone of the service's name."""
        return hosted_zone(self.service, self.environment)

    @property
    def cluster(self) -> str:
        return names.cluster(self.environment.name, self.side)

    @property
    def task_family(self) -> str:
        return names.task_family(self.environment.name, self.service.name, self.side)

    @property
    def load_balancer(self) -> str:
        return names.load_balancer(self.environment.name, self.service.name, self.side)

    @property
    def target_group(self) -> str:
        return names.target_group(self.environment.name, self.service.name, self.side)

    @property
    def application_host(self) -> str:
        """Return the address at which sidecars reach the application.

        Containers of a Fargate task share one network interface. On EC2 (bridge) each has its own
        network, and the application answers under its container's name, by a Docker link.
        """
        return LOOPBACK if self.side is Side.FARGATE else self.service.name

    @property
    def bind_host(self) -> str:
        """Return the address on which the application listens.

        Behind a sidecar on Fargate, only that sidecar may reach its plain-text ports. On any other
        address they would be open to everything that a security group admits to the task.
        """
        is_behind_sidecar = self.service.front is not None and self.application_host == LOOPBACK
        return LOOPBACK if is_behind_sidecar else EVERY_ADDRESS

    @property
    def is_hardened(self) -> bool:
        """Return whether its containers run without root, capabilities and a writable root file
        system. They always do on Fargate, and on EC2 unless its containers are taken over as they
        run.
        """
        return self.side is Side.FARGATE or self.deployment.hardened

    @property
    def takes_work(self) -> bool:
        """Return whether its tasks take messages of queues and jobs at the service's stage."""
        return self.deployment.stage.takes_work(self.side)

    def keeps(self, argument: Kept) -> bool:
        """Return whether the side keeps the argument as it was before its adoption."""
        return self.side is Side.EC2 and argument in self.deployment.keeps

    def log_group(self, kind: str) -> str:
        """Return the log group that its containers of this kind write to."""
        return log_group(self.environment.name, self.service, kind, self.side)
