"""A microservice as it runs on EC2 today, created by hand and identified by its names.

Some properties cannot change in place: names, kinds, ports, target types, launch type. They are
those of this project's ec2 stack, so that an import replaces nothing.

The others are those of a neglected estate:
- An old TLS policy.
- Connections that stay for an hour.
- No circuit breaker.
- Logs kept for a month without a key.
"""

from typing import Any

from pay.model import Exposure, LoadBalancerType, Microservice, Side, host_name, hosted_zone, names
from sandbox.estate.dns import certificates, zone_id
from sandbox.estate.estate_builder import Owner
from sandbox.estate.images import OLD_RELEASE
from sandbox.estate.web_acls import protect

OLD_TLS_POLICY = "ELBSecurityPolicy-2016-08"
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
    group = owner.ids("security-group")[
        names.load_balancer_security_group(owner.name, service.name)
    ]
    answer = owner.client("elbv2").create_load_balancer(
        Name=name,
        Type=service.load_balancer_type.value,
        Scheme="internet-facing" if is_public else "internal",
        Subnets=owner.subnets(names.load_balancer_subnets(service.name, service.exposure)),
        # Before August 2023 a Network Load Balancer could have none.
        SecurityGroups=[] if _is_network(service) else [group],
        Tags=owner.tags(name),
    )
    balancer: dict[str, Any] = answer["LoadBalancers"][0]
    if is_public:
        protect(owner, balancer["LoadBalancerArn"])
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
    forward: dict[str, Any] = {"Type": "forward", "TargetGroupArn": group_arn}
    listeners: list[dict[str, Any]] = [{"Protocol": "TCP", "Port": service.listener_port}]
    if not _is_network(service):
        certificate = certificates(owner)[f"*.{hosted_zone(service, owner.environment)}"]
        tls = {"SslPolicy": OLD_TLS_POLICY, "Certificates": [{"CertificateArn": certificate}]}
        listeners = [{"Protocol": "HTTPS", "Port": HTTPS, **tls}]
        if service.exposure is Exposure.PUBLIC:
            redirect = {"Type": "redirect", "RedirectConfig": TO_HTTPS}
            listeners += [{"Protocol": "HTTP", "Port": HTTP, "DefaultActions": [redirect]}]
    for listener in listeners:
        settings = {"LoadBalancerArn": balancer_arn, "DefaultActions": [forward], **listener}
        owner.create("elbv2", "create_listener", **settings)


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
        # A service from before 2025 (AWS: ECS `UpdateService`, availabilityZoneRebalancing).
        availabilityZoneRebalancing="DISABLED",
        loadBalancers=[target],
        placementConstraints=[
            {"type": "memberOf", "expression": f"attribute:segment == {service.scope.segment}"}
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
    registry = names.image_registry(owner.environment.account_id, owner.environment.region)
    containers = []
    for container, (repository, kind) in repositories.items():
        log_group = names.log_group(owner.name, kind, service.name)
        owner.create("logs", "create_log_group", logGroupName=log_group)
        owner.client("logs").put_retention_policy(
            logGroupName=log_group, retentionInDays=LOG_RETENTION_DAYS
        )
        cpu, memory_mib = shares[container]
        ports = [{"containerPort": service.target_port}]
        options = {"awslogs-group": log_group, "awslogs-region": owner.environment.region}
        containers.append(
            {
                "name": container,
                "image": f"{registry}/{repository}:{OLD_RELEASE}",
                "cpu": cpu,
                "memory": memory_mib,
                "essential": True,
                "portMappings": ports if container == service.target_container else [],
                "logConfiguration": {"logDriver": "awslogs", "options": options},
            }
        )
    roles = names.task_role, names.execution_role
    task_role, execution_role = (
        owner.role(name(owner.name, service.name, side), "ecs-tasks.amazonaws.com")
        for name in roles
    )
    answer = owner.client("ecs").register_task_definition(
        family=names.task_family(owner.name, service.name, side),
        requiresCompatibilities=["EC2"],
        networkMode="bridge",
        memory=str(size.memory_mib),
        taskRoleArn=task_role,
        executionRoleArn=execution_role,
        containerDefinitions=containers,
    )
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def _record(owner: Owner, service: Microservice, balancer: dict[str, Any]) -> None:
    """Create a simple alias that does not evaluate its target's health."""
    record = {
        "Name": host_name(service, owner.environment),
        "Type": "A",
        "AliasTarget": {
            "HostedZoneId": balancer["CanonicalHostedZoneId"],
            "DNSName": balancer["DNSName"],
            "EvaluateTargetHealth": False,
        },
    }
    owner.create(
        *("route53", "change_resource_record_sets"),
        HostedZoneId=zone_id(owner, hosted_zone(service, owner.environment)),
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
