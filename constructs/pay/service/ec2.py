"""A microservice on the EC2 launch type, the legacy side."""

from constructs import Construct

from imports.aws.ecs_service import EcsServiceOrderedPlacementStrategy as PlacementStrategy
from imports.aws.ecs_service import EcsServicePlacementConstraints as PlacementConstraints
from pay.model import Environment, Microservice, Side
from pay.model.side import ServiceSide
from pay.service.side_service import SideService


class Ec2Service(SideService):
    """Bridge network, dynamic host ports, instance targets, at the fixed count of the daily peak.

    The count is fixed because nothing may scale in a side that DNS failover can reach. The launch
    type is the one that the running services were created with. A change of it, or of the capacity
    provider strategy, would replace the service (hashicorp/terraform-provider-aws#22823).

    ECS does not balance its tasks over the zones again, as it does on Fargate. With zones as the
    first strategy it could, but nothing moves the running tasks of a side before its removal. It is
    set here, because version 6 of the provider leaves unset values to AWS, which balances new
    services (hashicorp/terraform-provider-aws#43238). Version 5 sends DISABLED.
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Microservice, environment: Environment
    ) -> None:
        super().__init__(scope, id, ServiceSide(service, environment, Side.EC2))
        self.run(
            launch_type="EC2",
            availability_zone_rebalancing="DISABLED",
            placement_constraints=[
                PlacementConstraints(
                    type="memberOf", expression=f"attribute:segment == {service.scope.segment}"
                )
            ],
            ordered_placement_strategy=[
                PlacementStrategy(type="spread", field="attribute:ecs.availability-zone"),
                PlacementStrategy(type="binpack", field="memory"),
            ],
            # Asleep it is 0, and the schedule that wakes it has the file's number.
            ignore_changes=["desired_count"] if environment.sleep else None,
        )
