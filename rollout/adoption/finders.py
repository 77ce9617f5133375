"""The import ids of what runs on EC2 today, read from AWS; nothing is changed there.

A lookup returns the import id that the provider's documentation asks for (registry page of
each resource, section "Import"), or None when AWS has no such thing.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import (
    Environment,
    Exposure,
    Microservice,
    Segment,
    Side,
    addresses,
    host_name,
    hosted_zone,
    names,
)
from pay.model.addresses import Address
from pay.model.adoptable import listeners
from pay.model.stacks import platform_stack, side_stack, traffic_stack
from rollout.adoption.answers import Answer, Lookup, look_up

Client = Callable[[str], Any]
"""AWS service name -> boto3 client."""

_BY_NAME = {
    "Auto Scaling group": (
        *("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroupNames"),
        *("AutoScalingGroups", "AutoScalingGroupName"),
    ),
    "capacity provider": (
        *("ecs", "describe_capacity_providers", "capacityProviders"),
        *("capacityProviders", "name"),
    ),
    "cluster": ("ecs", "describe_clusters", "clusters", "clusters", "clusterName"),
    "launch template": (
        *("ec2", "describe_launch_templates", "LaunchTemplateNames"),
        *("LaunchTemplates", "LaunchTemplateId"),
    ),
    "load balancer": (
        *("elbv2", "describe_load_balancers", "Names"),
        *("LoadBalancers", "LoadBalancerArn"),
    ),
    "profile": (
        *("iam", "get_instance_profile", "InstanceProfileName"),
        *("InstanceProfile", "InstanceProfileName"),
    ),
    "role": ("iam", "get_role", "RoleName", "Role", "RoleName"),
    "target group": (
        *("elbv2", "describe_target_groups", "Names"),
        *("TargetGroups", "TargetGroupArn"),
    ),
}
"""A kind of thing with a name -> AWS service, method, argument, key of the answer, and key of the
import id in it. An argument in the plural takes a list, and so is the answer.
"""


def find_all(environment: Environment, client: Client) -> Iterator[Answer]:
    """Yield everything of the platform, the EC2 sides and the records that can be taken over.

    Raises botocore's BotoCoreError when AWS cannot be asked at all.
    """
    return look_up(environment, _lookups(environment, client))


def _lookups(environment: Environment, client: Client) -> Iterator[Lookup]:
    yield from _platform(environment, client)
    for name, deployment in environment.services.items():
        service = CATALOGUE[name]
        if deployment.stage.has_ec2:
            yield from _side(environment, service, client)
        records = environment.ladder.records(deployment.stage)
        if any(record.side is Side.EC2 and record.weight is None for record in records):
            yield _record(environment, service, client)


def _platform(environment: Environment, client: Client) -> Iterator[Lookup]:
    named = partial(_named, client, platform_stack(environment.name))
    cluster = names.cluster(environment.name, Side.EC2)

    def with_providers() -> str | None:
        clusters = client("ecs").describe_clusters(clusters=[cluster])["clusters"]
        used = (each["status"] == "ACTIVE" and each.get("capacityProviders") for each in clusters)
        return cluster if any(used) else None

    yield named(addresses.cluster(Side.EC2), "cluster", cluster)
    yield Lookup(
        platform_stack(environment.name),
        str(addresses.capacity_providers(Side.EC2)),
        f"capacity providers of cluster {cluster}",
        with_providers,
    )
    for segment in Segment:
        name = names.capacity_provider(environment.name, segment)
        role = names.instance_role(environment.name, segment)
        at = addresses.capacity(segment)
        yield named(at.instances, "Auto Scaling group", name)
        yield named(at.provider, "capacity provider", name)
        yield named(at.launch_template, "launch template", name)
        yield named(at.instance_profile, "profile", role)
        yield named(at.instance_role, "role", role)


def _side(environment: Environment, service: Microservice, client: Client) -> Iterator[Lookup]:
    stack = side_stack(environment.name, service.name, Side.EC2)
    named = partial(_named, client, stack)
    place = (environment.name, service.name, Side.EC2)
    balancer = names.load_balancer(*place)
    cluster = names.cluster(environment.name, Side.EC2)

    @cache
    def by_port() -> dict[int, str]:
        arn = _find(client, "load balancer", balancer)
        answer = client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
        return {each["Port"]: each["ListenerArn"] for each in answer}

    def listener(port: int) -> str | None:
        return by_port().get(port)

    def running() -> str | None:
        answer = client("ecs").describe_services(cluster=cluster, services=[service.name])
        is_active = any(each["status"] == "ACTIVE" for each in answer["services"])
        return f"{cluster}/{service.name}" if is_active else None

    yield named(addresses.LOAD_BALANCER, "load balancer", balancer)
    yield named(addresses.TARGET_GROUP, "target group", names.target_group(*place))
    for address, port in listeners(service).items():
        what = f"listener of {balancer} on port {port}"
        yield Lookup(stack, address, what, partial(listener, port))
    what = f"ECS service {service.name} in cluster {cluster}"
    yield Lookup(stack, str(addresses.ECS_SERVICE), what, running)
    yield named(addresses.role("execution"), "role", names.execution_role(*place))
    yield named(addresses.role("task"), "role", names.task_role(*place))
    for kind in (service.log_kind, *(sidecar.log_kind for sidecar in service.sidecars)):
        group = names.log_group(environment.name, kind, service.name, Side.EC2)
        address = str(addresses.log_group(kind))
        yield Lookup(stack, address, f"log group {group}", partial(_log_group, client, group))


def _record(environment: Environment, service: Microservice, client: Client) -> Lookup:
    """The simple alias record; import id: zone id, name and type."""
    public = service.exposure is Exposure.PUBLIC
    zone, name = hosted_zone(service, environment), host_name(service, environment)

    def record() -> str | None:
        route53 = client("route53")
        for each in route53.list_hosted_zones_by_name(DNSName=zone)["HostedZones"]:
            if each["Name"] != f"{zone}." or each["Config"]["PrivateZone"] is public:
                continue
            zone_id = each["Id"].rsplit("/", 1)[-1]
            records = route53.list_resource_record_sets(
                HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
            )["ResourceRecordSets"]
            if any(_is_simple(record, name) for record in records):
                return f"{zone_id}_{name}_A"
        return None

    stack = traffic_stack(environment.name, service.name)
    return Lookup(stack, str(addresses.record(Side.EC2)), f"simple record {name} A", record)


def _is_simple(record: dict[str, Any], name: str) -> bool:
    # One with a routing policy has another import id, and is no start of a move.
    is_it = record["Name"] == f"{name}." and record["Type"] == "A"
    return is_it and "SetIdentifier" not in record


def _log_group(client: Client, name: str) -> str | None:
    answer = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return name if name in {group["logGroupName"] for group in answer} else None


def _named(client: Client, stack: str, address: Address, kind: str, name: str) -> Lookup:
    return Lookup(stack, str(address), f"{kind} {name}", partial(_find, client, kind, name))


def _find(client: Client, kind: str, name: str) -> str | None:
    service, method, argument, key, id_key = _BY_NAME[kind]
    is_list = argument.endswith("s")
    answer = getattr(client(service), method)(**{argument: [name] if is_list else name})[key]
    # ECS lists what was deleted for some time, as INACTIVE.
    things = answer if is_list else [answer]
    active = [each for each in things if each.get("status", "ACTIVE") == "ACTIVE"]
    return str(active[0][id_key]) if active else None
