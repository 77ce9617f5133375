"""`<env>-<service>-ec2`: the legacy side of one microservice."""

from constructs import Construct

from pay.model import Environment, Microservice
from pay.model.stacks import EC2
from pay.service.ec2 import Ec2Service
from stacks.base import PayStack


class Ec2Stack(PayStack):
    """Renders nothing at `retired`, so that the apply destroys what is left of the EC2 side."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(scope, EC2, environment, service)
        if environment.services[service.name].stage.has_ec2:
            Ec2Service(self, "Default", service=service, environment=environment)
