"""One microservice on one side in one environment."""

from dataclasses import dataclass

from pay.model import names
from pay.model.environment.environment import Deployment, Environment
from pay.model.environment.host_names import hosted_zone
from pay.model.service.microservice import Microservice
from pay.model.service.size import TaskSize
from pay.model.stage.dns_answers import minimum_healthy
from pay.model.stage.invariants import holds_full_peak
from pay.model.vocabulary import Exposure, Side


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
        """Return how many healthy tasks the side must always have."""
        tasks = self.deployment.tasks
        return tasks.peak if self.holds_full_peak else tasks.min

    @property
    def minimum_healthy(self) -> int:
        """Return how many healthy tasks keep the side in DNS: never more than scaling may leave, so
        that scaling in does not look like a failure.
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
    def takes_work(self) -> bool:
        """Return whether its tasks take messages of queues and jobs at the service's stage."""
        return self.deployment.stage.takes_work(self.side)

    def log_group(self, kind: str) -> str:
        return names.log_group(self.environment.name, kind, self.service.name, self.side)
