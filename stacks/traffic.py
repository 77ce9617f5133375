"""`<env>-<service>-traffic`: the DNS records of one microservice, and nothing else."""

from constructs import Construct

from pay.model import Environment, Microservice
from pay.model.stacks import TRAFFIC
from pay.service.records import WeightedRecords
from stacks.base import PayStack


class TrafficStack(PayStack):
    """A change of stage is a plan of this stack: weights, or one record more or less."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(scope, TRAFFIC, environment, service)
        WeightedRecords(self, "Default", service=service, environment=environment)
