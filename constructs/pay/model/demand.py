"""The most that the settings let a service use at once of what exists: addresses, connections."""

import math
from dataclasses import replace

from pay.model.side import ServiceSide
from pay.model.vocabulary import LoadBalancerType, Side

LOAD_BALANCER_ADDRESSES = {LoadBalancerType.APPLICATION: 8, LoadBalancerType.NETWORK: 1}
"""The free addresses that a load balancer needs in each of its subnets. AWS: Application Load
Balancers, "Subnets for your load balancer"; Network Load Balancers, "Availability Zones"."""


CONNECTIONS_A_GIB = 95
"""RDS's default `max_connections` is LEAST(DBInstanceClassMemory / 9531392, 5000): 112 a GiB, of
the memory that the system and RDS leave. That part is not published: 95 are below what instances of
2 and 4 GiB show (198 and 413). AWS: RDS user guide, "Maximum number of database connections"."""

MOST_CONNECTIONS = 5000

RESERVED_CONNECTIONS = 3
"""PostgreSQL keeps these for administrators (`superuser_reserved_connections`)."""


def tasks_of_both_sides(side: ServiceSide) -> int:
    """Return how many tasks of the service may run at once: on Fargate, and on EC2 while it is
    there.
    """
    sides = (replace(side, side=each) for each in Side)
    return sum(
        each.most_tasks
        for each in sides
        if each.side is Side.FARGATE or each.deployment.stage.has_ec2
    )


def most_connections(side: ServiceSide, pool_size: int) -> int:
    """Return how many connections the service's database needs for a full pool of every task."""
    return tasks_of_both_sides(side) * pool_size + RESERVED_CONNECTIONS


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
