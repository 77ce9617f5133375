"""`<env>-<service>-traffic`: the DNS records of one microservice, and nothing else."""

from constructs import Construct

from pay.model import Environment, Microservice, names
from pay.service.records import WeightedRecords
from stacks.base import EnvironmentStack


class TrafficStack(EnvironmentStack):
    """A change of stage is a plan of this stack: weights, or one record more or less."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(
            scope,
            names.traffic_stack(environment.name, service.name),
            environment=environment,
            service=service,
        )
        WeightedRecords(self, "Default", service=service, environment=environment)
