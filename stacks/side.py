"""`<env>-<service>-<side>`: one side of one microservice."""

from collections.abc import Callable
from typing import ClassVar

from constructs import Construct

from pay.model import Environment, Microservice
from pay.model.stacks import StackKind
from pay.service.side_service import SideService
from stacks.base import PayStack


class SideStack(PayStack):
    """Renders nothing at a stage without its side, so that the apply deletes what is left of it."""

    kind: ClassVar[StackKind]
    side_service: ClassVar[Callable[..., SideService]]
    """Called with this stack, the id, the service and the environment."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(scope, self.kind, environment, service)
        if environment.services[service.name].stage in self.kind.stages:
            self.side_service(self, "Default", service=service, environment=environment)
