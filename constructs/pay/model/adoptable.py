"""What runs today and can be taken over: a function per kind of stack.

Each returns state address -> whether what runs today must have it: a second one could not be
created beside it, because its name is taken or traffic finds it by that name.
"""

from collections.abc import Mapping

from pay.model import addresses
from pay.model.environment.environment import Environment
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Exposure, LoadBalancerType, Segment, Side

Addresses = Mapping[str, bool]


def legacy_cluster(environment: Environment) -> Addresses:
    """The EC2 cluster with its capacity."""
    capacity = [address for segment in Segment for address in addresses.capacity(segment)]
    return {
        str(addresses.cluster(Side.EC2)): True,
        str(addresses.capacity_providers(Side.EC2)): False,
        **dict.fromkeys(map(str, capacity), False),
    }


def ec2_side(environment: Environment, service: Microservice) -> Addresses:
    """The load balancer, the ECS service, its roles and its logs."""
    stays = environment.services[service.name].stage.has_ec2
    must = list(map(str, (addresses.LOAD_BALANCER, addresses.TARGET_GROUP, addresses.ECS_SERVICE)))
    may = [str(addresses.role("execution")), str(addresses.role("task"))]
    for address, port in listeners(service).items():
        (must if port == service.listener_port else may).append(address)
    may += [str(addresses.log_group(each.log_kind)) for each in service.containers]
    return dict.fromkeys(must, stays) | dict.fromkeys(may, False)


def ec2_record(environment: Environment, service: Microservice) -> Addresses:
    """The simple record; a weighted one is this project's own."""
    records = environment.ladder.records(environment.services[service.name].stage)
    is_simple = any(record.side is Side.EC2 and record.weight is None for record in records)
    return {str(addresses.record(Side.EC2)): is_simple}


def listeners(service: Microservice) -> Mapping[str, int]:
    """State address -> port of each listener of the EC2 side."""
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        return {str(addresses.TCP_LISTENER): service.listener_port}
    https = {str(addresses.HTTPS_LISTENER): service.listener_port}
    public = service.exposure is Exposure.PUBLIC
    return https | ({str(addresses.HTTP_LISTENER): 80} if public else {})
