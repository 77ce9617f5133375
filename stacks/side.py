"""`<env>-<service>-<side>`: one side of one microservice."""

from collections.abc import Callable
from typing import ClassVar

from constructs import Construct

from pay.model import Environment, LoadBalancerType, Microservice, addresses
from pay.model.stack_kind import StackKind
from pay.service.side_service import SideService
from stacks.base import PayStack


class SideStack(PayStack):
    """Renders nothing at a stage without its side, so that the apply deletes what is left of it."""

    kind: ClassVar[StackKind]
    side_service: ClassVar[Callable[..., SideService]]
    """Called with this stack, the id, the service and the environment."""

    def __init__(self, scope: Construct, environment: Environment, service: Microservice) -> None:
        super().__init__(scope, self.kind, environment, service)
        self._forget_log_groups(service)
        if environment.services[service.name].stage in self.kind.stages:
            self._keep_network_load_balancer(service)
            self.side_service(self, "Default", service=service, environment=environment)

    def _forget_log_groups(self, service: Microservice) -> None:
        """Take the side's own log groups out of its state without deleting them. The platform's
        stack has taken over EC2's. Fargate's (`_FG`) keep their lines until these are old enough.
        To be deleted with this: every environment's states (Terraform: "removed").
        """
        kinds = (part.log_kind for part in service.containers)
        forgotten = [
            {"from": str(addresses.log_group_of_a_side(kind)), "lifecycle": {"destroy": False}}
            for kind in kinds
        ]
        self.add_override("removed", forgotten)

    def _keep_network_load_balancer(self, service: Microservice) -> None:
        """Move it: states of before 0.3.0 hold it under the name of the other type. cdktf's own
        `move_from_id` starts `terraform version` for each stack.
        """
        type = service.load_balancer_type
        if type is LoadBalancerType.NETWORK:
            old = addresses.load_balancer(LoadBalancerType.APPLICATION)
            moved = {"from": str(old), "to": str(addresses.load_balancer(type))}
            self.add_override("moved", [moved])
