"""The most that an account's environments use of AWS while services still move, by the model.

Nothing here is a number of its own. Names and counts follow from stages, tasks and the ladder.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pay.catalogue import CATALOGUE
from pay.model import Environment, LoadBalancerType, Segment, Side, hosted_zone, names
from pay.model.demand import addresses_a_subnet, most_connections
from pay.model.environment.instance_types import CPU_UNITS_PER_VCPU
from pay.model.service.call_graph import callers
from pay.model.side import ServiceSide

Environments = Iterable[Environment]


def load_balancers(environments: Environments, kind: LoadBalancerType) -> set[str]:
    """Return the names of all load balancers of one type."""
    sides = _sides(environments)
    return {side.load_balancer for side in sides if side.service.load_balancer_type is kind}


def target_groups(environments: Environments) -> set[str]:
    """Return the names of all target groups."""
    return {side.target_group for side in _sides(environments)}


def roles(environments: Environments) -> set[str]:
    """Return the names of all IAM roles: of tasks, of their start, and of instances."""
    environments = tuple(environments)
    return {
        name_of(side.environment.name, side.service.name, side.side)
        for side in _sides(environments)
        for name_of in (names.task_role, names.execution_role)
    } | {
        names.instance_role(environment.name, segment)
        for environment in environments
        for segment in Segment
    }


def fargate_vcpus(environments: Environments) -> dict[tuple[str, str], float]:
    """Return the vCPUs of a service's tasks by cluster and service: scaled out and deploying."""
    return {
        (side.cluster, side.service.name): side.most_tasks * side.size.cpu / CPU_UNITS_PER_VCPU
        for side in _sides(environments)
        if side.side is Side.FARGATE
    }


def new_records(environments: Environments) -> Mapping[tuple[str, bool], int]:
    """Return how many records more than now the moves need, by zone and whether it is public."""
    added = Counter[tuple[str, bool]]()
    for environment in environments:
        for name, deployment in environment.services.items():
            ladder, service = environment.ladder, CATALOGUE[name]
            ahead = ladder.stages[ladder.stages.index(deployment.stage) :]
            most = max(len(ladder.records(stage)) for stage in ahead)
            zone = hosted_zone(service, environment)
            is_public = zone == environment.dns.public_zone
            added[zone, is_public] += most - len(ladder.records(deployment.stage))
    return added


def callers_groups(environment: Environment) -> dict[str, set[str]]:
    """Return, by the security group of each load balancer, the groups of all callers' tasks.

    On EC2 a caller has the address of its instance. On Fargate it has a group of its own, which the
    called load balancer must admit as well.
    """
    return {
        names.load_balancer_security_group(environment.name, service): {
            names.task_security_group(environment.name, caller)
            for caller in callers(CATALOGUE, service)
        }
        for service in environment.services
    }


def subnet_addresses(environment: Environment) -> dict[str, tuple[ServiceSide, int]]:
    """Return, by the name of a subnet, the Fargate side that uses it and its addresses there."""
    return {
        names.subnet(environment.name, group, zone): (side, count)
        for side in _sides([environment])
        for group, count in addresses_a_subnet(side).items()
        for zone in environment.network.zones
    }


def database_connections(environment: Environment) -> dict[str, int]:
    """Return, by the identifier of a database, the connections that all tasks may open at once."""
    return {
        names.database(environment.name, name, database.identifier_suffix): most_connections(
            ServiceSide(CATALOGUE[name], environment, Side.FARGATE), database.pool_size
        )
        for name in environment.services
        if (database := CATALOGUE[name].database)
    }


def _sides(environments: Environments) -> Iterator[ServiceSide]:
    """Yield every side that exists or may still be created: both, until a service is retired."""
    for environment in environments:
        for name, deployment in environment.services.items():
            for side in Side:
                if side is Side.FARGATE or deployment.stage.has_ec2:
                    yield ServiceSide(CATALOGUE[name], environment, side)
