"""`<env>-<service>-ec2`: the legacy side of one microservice."""

from constructs import Construct

from pay.model import Environment, Microservice, Side, names
from pay.service.ec2 import Ec2Service
from stacks.base import EnvironmentStack


class Ec2Stack(EnvironmentStack):
    """Renders nothing at `retired`, so that the apply destroys what is left of the EC2 side."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(
            scope,
            names.side_stack(environment.name, service.name, Side.EC2),
            environment=environment,
            service=service,
            side=Side.EC2,
        )
        if environment.services[service.name].stage.has_ec2:
            Ec2Service(self, "Default", service=service, environment=environment)
