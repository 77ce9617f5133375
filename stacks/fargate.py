"""`<env>-<service>-fargate`: the new side of one microservice."""

from constructs import Construct

from pay.model import Environment, Microservice, Side, names
from pay.service.fargate import FargateService
from stacks.base import EnvironmentStack


class FargateStack(EnvironmentStack):
    """Renders nothing at `legacy`: the move has not begun."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(
            scope,
            names.side_stack(environment.name, service.name, Side.FARGATE),
            environment=environment,
            service=service,
            side=Side.FARGATE,
        )
        if environment.services[service.name].stage.has_fargate:
            FargateService(self, "Default", service=service, environment=environment)
