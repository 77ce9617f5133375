"""A microservice as it runs on EC2 today, created by hand and identified by its names.

Properties that cannot change in place (names, kinds, ports, target types, launch type) are those of
this project's ec2 stack, so that an import replaces nothing. The others are those of a neglected
estate: an old TLS policy, connections that stay for an hour, no circuit breaker, logs kept for a
month without a key.
"""

import json
from typing import Any

from pay.model import (
    Exposure,
    LoadBalancerType,
    Microservice,
    Side,
    host_name,
    hosted_zone,
    names,
)
from sandbox.estate.dns import certificates, zone_id
from sandbox.estate.estate_builder import Owner

OLD_TLS_POLICY = "ELBSecurityPolicy-2016-08"
OLD_RELEASE = "0-legacy"
LOG_RETENTION_DAYS = 30
HTTPS, HTTP = 443, 80

TO_HTTPS = {
    "Protocol": "HTTPS",
    "Port": str(HTTPS),
    "StatusCode": "HTTP_301",
    # AWS's defaults (ELB API reference, RedirectActionConfig).
    "Host": "#{host}",
    "Path": "/#{path}",
    "Query": "#{query}",
}

TASK_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def make_legacy_service(owner: Owner, service: Microservice) -> None:
    """Create load balancer, target group, listeners, log groups, roles, task definition, ECS
    service and a simple alias record.
    """
    balancer = _load_balancer(owner, service)
    group_arn = _target_group(owner, service)
    _listeners(owner, service, balancer["LoadBalancerArn"], group_arn)
    _ecs_service(owner, service, group_arn)
    _record(owner, service, balancer)


def _is_network(service: Microservice) -> bool:
    return service.load_balancer_type is LoadBalancerType.NETWORK


def _load_balancer(owner: Owner, service: Microservice) -> dict[str, Any]:
    is_public = service.exposure is Exposure.PUBLIC
    name = names.load_balancer(owner.name, service.name, Side.EC2)
    groups = [names.load_balancer_security_group(owner.name, service.name)]
    answer = owner.client("elbv2").create_load_balancer(
        Name=name,
        Type=service.load_balancer_type.value,
        Scheme="internet-facing" if is_public else "internal",
        Subnets=owner.subnets("public" if is_public else service.name),
        SecurityGroups=list(owner.security_groups(groups).values()),
        Tags=owner.tags(name),
    )
    balancer: dict[str, Any] = answer["LoadBalancers"][0]
    return balancer


def _target_group(owner: Owner, service: Microservice) -> str:
    check: dict[str, Any] = {"HealthCheckProtocol": "TCP"}
    if not _is_network(service):
        check = {
            "HealthCheckProtocol": service.target_protocol,
            "HealthCheckPath": service.health_check_path,
        }
    answer = owner.client("elbv2").create_target_group(
        Name=names.target_group(owner.name, service.name, Side.EC2),
        Protocol=service.target_protocol,
        Port=service.target_port,
        VpcId=owner.vpc_id,
        TargetType="instance",
        **check,
    )
    return str(answer["TargetGroups"][0]["TargetGroupArn"])


def _listeners(owner: Owner, service: Microservice, balancer_arn: str, group_arn: str) -> None:
    forward = [{"Type": "forward", "TargetGroupArn": group_arn}]
    if _is_network(service):
        _listener(owner, balancer_arn, service.listener_port, "TCP", forward)
        return
    is_public = service.exposure is Exposure.PUBLIC
    zone = hosted_zone(service, owner.environment)
    _listener(
        owner,
        balancer_arn,
        HTTPS,
        "HTTPS",
        forward,
        SslPolicy=OLD_TLS_POLICY,
        Certificates=[{"CertificateArn": certificates(owner)[f"*.{zone}"]}],
    )
    if is_public:
        redirect = [{"Type": "redirect", "RedirectConfig": TO_HTTPS}]
        _listener(owner, balancer_arn, HTTP, "HTTP", redirect)


def _listener(
    owner: Owner,
    balancer_arn: str,
    port: int,
    protocol: str,
    actions: list[dict[str, Any]],
    **more: Any,
) -> None:
    owner.unless_there(
        lambda: owner.client("elbv2").create_listener(
            LoadBalancerArn=balancer_arn,
            Port=port,
            Protocol=protocol,
            DefaultActions=actions,
            **more,
        ),
        "DuplicateListener",
    )


def _ecs_service(owner: Owner, service: Microservice, group_arn: str) -> None:
    ecs, cluster = owner.client("ecs"), names.cluster(owner.name, Side.EC2)
    if ecs.describe_services(cluster=cluster, services=[service.name])["services"]:
        return
    target = {
        "targetGroupArn": group_arn,
        "containerName": service.target_container,
        "containerPort": service.target_port,
    }
    ecs.create_service(
        cluster=cluster,
        serviceName=service.name,
        taskDefinition=_task_definition(owner, service),
        desiredCount=owner.environment.services[service.name].tasks.peak,
        launchType="EC2",
        loadBalancers=[target],
        placementConstraints=[
            {
                "type": "memberOf",
                "expression": f"attribute:segment == {service.scope.segment}",
            }
        ],
        tags=[{"key": "Environment", "value": owner.name}],
    )


def _task_definition(owner: Owner, service: Microservice) -> str:
    side = Side.EC2
    size = owner.environment.services[service.name].size or service.size
    repositories = {service.name: (names.repository(service.name), service.log_kind)}
    repositories |= {each.name: (each.repository, each.log_kind) for each in service.sidecars}
    shares = {each.name: (each.cpu, each.memory_mib) for each in service.sidecars}
    shares[service.name] = (
        size.cpu - sum(cpu for cpu, _ in shares.values()),
        size.memory_mib - sum(memory for _, memory in shares.values()),
    )
    registry = f"{owner.environment.account_id}.dkr.ecr.{owner.environment.region}.amazonaws.com"
    containers = []
    for container, (repository, kind) in repositories.items():
        log_group = names.log_group(owner.name, kind, service.name, side)
        _log_group(owner, log_group)
        cpu, memory_mib = shares[container]
        ports = [{"containerPort": service.target_port}]
        containers.append(
            {
                "name": container,
                "image": f"{registry}/{repository}:{OLD_RELEASE}",
                "cpu": cpu,
                "memory": memory_mib,
                "essential": True,
                "portMappings": ports if container == service.target_container else [],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {
                        "awslogs-group": log_group,
                        "awslogs-region": owner.environment.region,
                    },
                },
            }
        )
    answer = owner.client("ecs").register_task_definition(
        family=names.task_family(owner.name, service.name, side),
        requiresCompatibilities=["EC2"],
        networkMode="bridge",
        cpu=str(size.cpu),
        memory=str(size.memory_mib),
        taskRoleArn=_role(owner, names.task_role(owner.name, service.name, side)),
        executionRoleArn=_role(owner, names.execution_role(owner.name, service.name, side)),
        containerDefinitions=containers,
    )
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def _log_group(owner: Owner, name: str) -> None:
    logs = owner.client("logs")
    owner.unless_there(
        lambda: logs.create_log_group(logGroupName=name), "ResourceAlreadyExistsException"
    )
    logs.put_retention_policy(logGroupName=name, retentionInDays=LOG_RETENTION_DAYS)


def _role(owner: Owner, name: str) -> str:
    iam = owner.client("iam")
    owner.unless_there(
        lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TASK_TRUST)),
        "EntityAlreadyExists",
    )
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def _record(owner: Owner, service: Microservice, balancer: dict[str, Any]) -> None:
    """Create a simple alias that does not evaluate its target's health."""
    zone = hosted_zone(service, owner.environment)
    record = {
        "Name": host_name(service, owner.environment),
        "Type": "A",
        "AliasTarget": {
            "HostedZoneId": balancer["CanonicalHostedZoneId"],
            "DNSName": balancer["DNSName"],
            "EvaluateTargetHealth": False,
        },
    }
    change = {"Action": "CREATE", "ResourceRecordSet": record}
    owner.unless_there(
        lambda: owner.client("route53").change_resource_record_sets(
            HostedZoneId=zone_id(owner, zone), ChangeBatch={"Changes": [change]}
        ),
        "InvalidChangeBatch",
    )
