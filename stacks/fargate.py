"""`<env>-<service>-fargate`: the new side of one microservice."""

from constructs import Construct

from pay.model import Environment, Microservice
from pay.model.stacks import FARGATE
from pay.service.fargate import FargateService
from stacks.base import PayStack


class FargateStack(PayStack):
    """Renders nothing at `legacy`: the move has not begun."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(scope, FARGATE, environment, service)
        if environment.services[service.name].stage.has_fargate:
            FargateService(self, "Default", service=service, environment=environment)
