"""The load balancers of a service's sides, which the stacks of the sides make."""

from collections.abc import Mapping

from constructs import Construct

from imports.aws.data_aws_lb import DataAwsLb
from imports.aws.data_aws_lb_target_group import DataAwsLbTargetGroup
from pay.model import Environment, Microservice, Side, addresses
from pay.model.metrics import Dimension, side_dimensions
from pay.model.side import ServiceSide


def looked_up_sides(
    scope: Construct, service: Microservice, environment: Environment
) -> Mapping[Side, Mapping[Dimension, str]]:
    """Return the dimensions of the sides that a record leads to. Their load balancers exist since
    the stage before, so all stacks of a move can be planned at once.
    """
    stage = environment.services[service.name].stage
    sides = [record.side for record in environment.ladder.records(stage)]
    return {side: _dimensions(scope, ServiceSide(service, environment, side)) for side in sides}


def _dimensions(scope: Construct, side: ServiceSide) -> Mapping[Dimension, str]:
    balancer = addresses.load_balancer_lookup(side.side, side.service.load_balancer_type)
    targets = addresses.target_group_lookup(side.side)
    return side_dimensions(
        side,
        load_balancer=DataAwsLb(scope, balancer.id, name=side.load_balancer).arn_suffix,
        target_group=DataAwsLbTargetGroup(scope, targets.id, name=side.target_group).arn_suffix,
    )
