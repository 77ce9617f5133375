"""One microservice on one side in one environment: what every construct below is given."""

from dataclasses import dataclass

from pay.model import Environment, Exposure, Microservice, Side, TaskSize, hosted_zone, names
from pay.model.environment.environment import Deployment


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
        """The task's size: the environment's, or else the catalogue's."""
        return self.deployment.size or self.service.size

    @property
    def is_public(self) -> bool:
        return self.service.exposure is Exposure.PUBLIC

    @property
    def zone(self) -> str:
        """The hosted zone that the service's name lives in."""
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
        """Whether its tasks take messages of queues and jobs at the service's stage."""
        return self.deployment.stage.takes_work(self.side)

    def log_group(self, kind: str) -> str:
        return names.log_group(self.environment.name, kind, self.service.name, self.side)

    def arn(self, aws_service: str, resource: str) -> str:
        """The ARN of something in this environment's account and region."""
        region, account = self.environment.region, self.environment.account_id
        return f"arn:aws:{aws_service}:{region}:{account}:{resource}"
