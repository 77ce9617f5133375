"""The import ids of what runs on EC2 today, read from AWS; nothing is changed there.

A finder answers with the import id that the provider's documentation asks for (registry page of
each resource, section "Import"), or None when AWS has no such thing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment, Exposure, LoadBalancerType, Microservice, Segment, Side, names

Client = Callable[[str], Any]
"""AWS service name -> boto3 client."""

NOT_THERE = {
    "ClientException",
    "ClusterNotFoundException",
    "InvalidLaunchTemplateName.NotFoundException",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "ServiceNotFoundException",
    "TargetGroupNotFound",
}
"""The error codes that say that something does not exist."""


@dataclass(frozen=True)
class Found:
    """One address of one stack: what AWS has for it."""

    stack: str
    address: str
    what: str
    """In words, with its name."""
    import_id: str | None
    expected: bool
    """Whether a service that runs today must have it; anything else is created when it lacks."""


def find_all(environment: Environment, client: Client) -> Iterator[Found]:
    """Everything of the platform, the EC2 sides and the records that could be taken over."""
    yield from _platform(environment, client)
    for name, deployment in environment.services.items():
        service = CATALOGUE[name]
        if deployment.stage.has_ec2:
            yield from _side(environment, service, client)
        records = environment.ladder.records(deployment.stage)
        if any(record.side is Side.EC2 and record.weight is None for record in records):
            yield _record(environment, service, client)


def _platform(environment: Environment, client: Client) -> Iterator[Found]:
    stack = names.platform_stack(environment.name)
    cluster = names.cluster(environment.name, Side.EC2)
    exists = [
        each
        for each in client("ecs").describe_clusters(clusters=[cluster])["clusters"]
        if each["status"] == "ACTIVE"
    ]
    cluster_id = cluster if exists else None
    yield Found(stack, "aws_ecs_cluster.ec2_cluster", f"cluster {cluster}", cluster_id, True)
    yield Found(
        stack,
        "aws_ecs_cluster_capacity_providers.ec2_capacity_providers",
        f"capacity providers of cluster {cluster}",
        cluster if exists and exists[0].get("capacityProviders") else None,
        False,
    )
    for segment in Segment:
        yield from _capacity(stack, environment, segment, client)


def _capacity(
    stack: str, environment: Environment, segment: Segment, client: Client
) -> Iterator[Found]:
    """What one segment's instances consist of; all of it may be made anew beside the old."""
    name = names.capacity_provider(environment.name, segment)
    role = names.instance_role(environment.name, segment)
    ecs, ec2, iam = client("ecs"), client("ec2"), client("iam")
    groups = client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    provider = _first(
        lambda: ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"],
        "name",
    )
    template = _first(
        lambda: ec2.describe_launch_templates(LaunchTemplateNames=[name])["LaunchTemplates"],
        "LaunchTemplateId",
    )
    profile = _first(
        lambda: [iam.get_instance_profile(InstanceProfileName=role)["InstanceProfile"]],
        "InstanceProfileName",
    )
    group = name if groups["AutoScalingGroups"] else None
    for address, what, import_id in (
        (f"aws_autoscaling_group.{segment}_instances", f"Auto Scaling group {name}", group),
        (f"aws_ecs_capacity_provider.{segment}_capacity", f"capacity provider {name}", provider),
        (f"aws_launch_template.{segment}_template", f"launch template {name}", template),
        (f"aws_iam_instance_profile.{segment}_instance_profile", f"profile {role}", profile),
        (f"aws_iam_role.{segment}_instance_role", f"role {role}", _role(iam, role)),
    ):
        yield Found(stack, address, what, import_id, False)


def _side(environment: Environment, service: Microservice, client: Client) -> Iterator[Found]:
    stack = names.side_stack(environment.name, service.name, Side.EC2)
    yield from _load_balancing(stack, environment, service, client("elbv2"))
    cluster = names.cluster(environment.name, Side.EC2)
    running = _first(
        lambda: [
            each
            for each in client("ecs").describe_services(cluster=cluster, services=[service.name])[
                "services"
            ]
            if each["status"] == "ACTIVE"
        ],
        "serviceName",
    )
    yield Found(
        stack,
        "aws_ecs_service.service",
        f"ECS service {service.name} in cluster {cluster}",
        f"{cluster}/{running}" if running else None,
        True,
    )
    for key, role in (
        ("execution", names.execution_role(environment.name, service.name, Side.EC2)),
        ("task", names.task_role(environment.name, service.name, Side.EC2)),
    ):
        found = _role(client("iam"), role)
        yield Found(stack, f"aws_iam_role.{key}_role", f"role {role}", found, False)
    for kind in (service.log_kind, *(sidecar.log_kind for sidecar in service.sidecars)):
        name = names.log_group(environment.name, kind, service.name, Side.EC2)
        groups = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        yield Found(
            stack,
            f"aws_cloudwatch_log_group.{kind.replace('-', '_')}_log",
            f"log group {name}",
            name if name in {group["logGroupName"] for group in groups} else None,
            False,
        )


def _load_balancing(
    stack: str, environment: Environment, service: Microservice, elbv2: Any
) -> Iterator[Found]:
    balancer = names.load_balancer(environment.name, service.name, Side.EC2)
    group = names.target_group(environment.name, service.name, Side.EC2)
    balancer_arn = _first(
        lambda: elbv2.describe_load_balancers(Names=[balancer])["LoadBalancers"], "LoadBalancerArn"
    )
    group_arn = _first(
        lambda: elbv2.describe_target_groups(Names=[group])["TargetGroups"], "TargetGroupArn"
    )
    yield Found(stack, "aws_lb.alb", f"load balancer {balancer}", balancer_arn, True)
    yield Found(stack, "aws_lb_target_group.target_group", f"target group {group}", group_arn, True)
    ports: dict[int, str] = {}
    if balancer_arn:
        listeners = elbv2.describe_listeners(LoadBalancerArn=balancer_arn)["Listeners"]
        ports = {listener["Port"]: listener["ListenerArn"] for listener in listeners}
    for key, port in _listeners(service).items():
        yield Found(
            stack,
            f"aws_lb_listener.{key}",
            f"listener of {balancer} on port {port}",
            ports.get(port),
            port == service.listener_port,
        )


def _listeners(service: Microservice) -> dict[str, int]:
    if service.load_balancer_type is LoadBalancerType.NETWORK:
        return {"tcp": service.listener_port}
    if service.exposure is Exposure.PUBLIC:
        return {"https": 443, "http": 80}
    return {"https": 443}


def _record(environment: Environment, service: Microservice, client: Client) -> Found:
    """The simple alias record; import id: zone id, name and type."""
    route53 = client("route53")
    public = service.exposure is Exposure.PUBLIC
    zone = environment.base_domain(public=public)
    name = f"{service.host or service.name}.{zone}"
    import_id = None
    for found in route53.list_hosted_zones_by_name(DNSName=zone)["HostedZones"]:
        if found["Name"] != f"{zone}." or found["Config"]["PrivateZone"] is public:
            continue
        zone_id = found["Id"].rsplit("/", 1)[-1]
        records = route53.list_resource_record_sets(
            HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
        )["ResourceRecordSets"]
        if [r for r in records if r["Name"] == f"{name}." and r["Type"] == "A"]:
            import_id = f"{zone_id}_{name}_A"
    return Found(
        names.traffic_stack(environment.name, service.name),
        "aws_route53_record.ec2",
        f"record {name} A",
        import_id,
        True,
    )


def _role(iam: Any, name: str) -> str | None:
    return _first(lambda: [iam.get_role(RoleName=name)["Role"]], "RoleName")


def _first(look: Callable[[], list[dict[str, Any]]], key: str) -> str | None:
    """The key of the first thing found; None when AWS says that there is none."""
    try:
        found = look()
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return None
        raise
    return str(found[0][key]) if found else None
