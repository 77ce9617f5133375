"""The most that the settings let a service use at once of what exists: addresses, connections."""

import math
from dataclasses import replace

from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType, Side

LOAD_BALANCER_ADDRESSES = {LoadBalancerType.APPLICATION: 8, LoadBalancerType.NETWORK: 1}
"""The free addresses that a load balancer needs in each of its subnets (AWS: Application Load
Balancers, "Subnets for your load balancer"; Network Load Balancers, "Availability Zones")."""


def tasks_of_both_sides(side: ServiceSide) -> int:
    """Return how many tasks of the service may run at once, on all sides of its stage."""
    sides = (replace(side, side=each) for each in Side if side.deployment.stage.has(each))
    return sum(each.most_tasks for each in sides)


def addresses_a_subnet(side: ServiceSide) -> dict[str, int]:
    """Return the addresses that each subnet of a group must have for this side, by group.

    Every Fargate task has an address of its own. ECS spreads tasks over the zones; when one is
    lost, the others hold all. An internal service's load balancers are in the same subnets. On EC2
    tasks use the addresses of their instances.
    """
    if side.side is Side.EC2:
        return {}
    zones_left = len(side.environment.network.zones) - 1
    tasks = math.ceil(side.most_tasks / zones_left)
    balancers = 0 if side.is_public else 1 + side.deployment.stage.has_ec2
    each = LOAD_BALANCER_ADDRESSES[side.service.load_balancer_type]
    return {side.service.name: tasks + balancers * each}
