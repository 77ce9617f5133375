"""What runs today and can be taken over, by state address: a function per kind of stack.

Each returns state address -> whether what runs today must have it. What must be there cannot be
made beside the running one: its name is taken, or traffic finds it by that name. It is not asked
for once the stage has left it behind.
"""

from collections.abc import Mapping

from pay.model.environment.environment import Environment
from pay.model.service.microservice import Microservice
from pay.model.vocabulary import Exposure, LoadBalancerType, Segment, Side

Addresses = Mapping[str, bool]


def legacy_cluster(environment: Environment) -> Addresses:
    """The EC2 cluster with its capacity."""
    capacity = (
        f"{type}.{segment}_{name}"
        for segment in Segment
        for type, name in (
            ("aws_autoscaling_group", "instances"),
            ("aws_ecs_capacity_provider", "capacity"),
            ("aws_launch_template", "template"),
            ("aws_iam_instance_profile", "instance_profile"),
            ("aws_iam_role", "instance_role"),
        )
    )
    return {
        "aws_ecs_cluster.ec2_cluster": True,
        "aws_ecs_cluster_capacity_providers.ec2_capacity_providers": False,
        **dict.fromkeys(capacity, False),
    }


def ec2_side(environment: Environment, service: Microservice) -> Addresses:
    """The load balancer, the ECS service, its roles and its logs."""
    stays = environment.services[service.name].stage.has_ec2
    must = ["aws_lb.alb", "aws_lb_target_group.target_group", "aws_ecs_service.service"]
    may = ["aws_iam_role.execution_role", "aws_iam_role.task_role"]
    for address, port in listeners(service).items():
        (must if port == service.listener_port else may).append(address)
    for kind in (service.log_kind, *(sidecar.log_kind for sidecar in service.sidecars)):
        may.append(log_group_address(kind))
    return dict.fromkeys(must, stays) | dict.fromkeys(may, False)


def ec2_record(environment: Environment, service: Microservice) -> Addresses:
    """The simple record; a weighted one is this project's own."""
    records = environment.ladder.records(environment.services[service.name].stage)
    is_simple = any(record.side is Side.EC2 and record.weight is None for record in records)
    return {"aws_route53_record.ec2": is_simple}


def listeners(service: Microservice) -> Mapping[str, int]:
    """State address -> port of each listener of the EC2 side."""
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        return {"aws_lb_listener.tcp": service.listener_port}
    https = {"aws_lb_listener.https": service.listener_port}
    public = service.exposure is Exposure.PUBLIC
    return https | ({"aws_lb_listener.http": 80} if public else {})


def log_group_address(kind: str) -> str:
    """`kind` is the type of log that Pay's log pipeline routes by."""
    return f"aws_cloudwatch_log_group.{kind.replace('-', '_')}_log"
