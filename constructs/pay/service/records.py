"""The DNS records of a microservice at its stage."""

from typing import Any

from constructs import Construct

from imports.aws.data_aws_lb import DataAwsLb
from imports.aws.route53_record import (
    Route53Record,
    Route53RecordAlias,
    Route53RecordWeightedRoutingPolicy,
)
from pay.existing.dns import zone_id
from pay.model import (
    Environment,
    Exposure,
    Microservice,
    Record,
    addresses,
    host_name,
    hosted_zone,
    names,
)


class WeightedRecords(Construct):
    """An alias record to each side that the stage sends to, EC2's written first.

    - EC2's record keeps its address from the simple record of `legacy` on. Adding the weight and
      the identifier converts it in place, in one change batch. So the name never stops resolving.
    - Fargate's record depends on EC2's, so a rollback raises EC2 before it lowers Fargate. The
      weights never sum to 0 on the way (I1), and the plan shows the dependency (I19).
    - Both evaluate their target's health. So DNS itself (Route 53's data plane) leaves out a sick
      side, without a deployment. That is right because each load balancer serves this service
      alone. A shared one would take every service out with its sickest (I6). A side is sick below
      half of the tasks that always run (`ServiceSide.minimum_healthy`).
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Microservice, environment: Environment
    ) -> None:
        super().__init__(scope, id)
        self._service = service
        self._environment = environment
        self._name = host_name(service, environment)
        zone = hosted_zone(service, environment)
        is_public = service.exposure is Exposure.PUBLIC
        self._zone_id = zone_id(self, zone, environment=environment, public=is_public)
        stage = environment.services[service.name].stage
        before: Route53Record | None = None
        for record in environment.ladder.records(stage):
            before = self._record(record, before)

    def _record(self, record: Record, before: Route53Record | None) -> Route53Record:
        side = record.side
        name = names.load_balancer(self._environment.name, self._service.name, side)
        lookup = addresses.load_balancer_lookup(side, self._service.load_balancer_type)
        load_balancer = DataAwsLb(self, lookup.id, name=name)
        weighted: dict[str, Any] = {}
        if record.weight is not None:
            weighted = {
                "set_identifier": names.set_identifier(self._service.name, side),
                "weighted_routing_policy": Route53RecordWeightedRoutingPolicy(weight=record.weight),
            }
        return Route53Record(
            self,
            addresses.record(side).id,
            zone_id=self._zone_id,
            name=self._name,
            type="A",
            alias=Route53RecordAlias(
                name=load_balancer.dns_name,
                zone_id=load_balancer.zone_id,
                evaluate_target_health=True,
            ),
            depends_on=[before] if before else None,
            **weighted,
        )
