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
from pay.model.adoptable import listeners
from rollout.adoption.found import Answer, Lookup, look_up

Client = Callable[[str], Any]
"""AWS service name -> boto3 client."""


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
    stack = names.platform_stack(environment.name)
    name = names.cluster(environment.name, Side.EC2)

    @cache
    def cluster() -> dict[str, Any]:
        answer = client("ecs").describe_clusters(clusters=[name])["clusters"]
        return next((each for each in answer if each["status"] == "ACTIVE"), {})

    def with_providers() -> str | None:
        return cluster()["clusterName"] if cluster().get("capacityProviders") else None

    for address, what, look in (
        (addresses.cluster(Side.EC2), "cluster", lambda: cluster().get("clusterName")),
        (addresses.capacity_providers(Side.EC2), "capacity providers of cluster", with_providers),
    ):
        yield Lookup(stack, str(address), f"{what} {name}", look)
    for segment in Segment:
        yield from _capacity(stack, environment, segment, client)


def _capacity(
    stack: str, environment: Environment, segment: Segment, client: Client
) -> Iterator[Lookup]:
    """The parts of one segment's instances; all of them may be created beside the old."""
    name = names.capacity_provider(environment.name, segment)
    role = names.instance_role(environment.name, segment)

    def group() -> str | None:
        autoscaling = client("autoscaling")
        answer = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return _first(answer["AutoScalingGroups"], "AutoScalingGroupName")

    def provider() -> str | None:
        answer = client("ecs").describe_capacity_providers(capacityProviders=[name])
        return _first(answer["capacityProviders"], "name")

    def template() -> str | None:
        answer = client("ec2").describe_launch_templates(LaunchTemplateNames=[name])
        return _first(answer["LaunchTemplates"], "LaunchTemplateId")

    def profile() -> str:
        answer = client("iam").get_instance_profile(InstanceProfileName=role)
        return str(answer["InstanceProfile"]["InstanceProfileName"])

    at = addresses.capacity(segment)
    for address, what, look in (
        (at.instances, f"Auto Scaling group {name}", group),
        (at.provider, f"capacity provider {name}", provider),
        (at.launch_template, f"launch template {name}", template),
        (at.instance_profile, f"profile {role}", profile),
        (at.instance_role, f"role {role}", partial(_role, client, role)),
    ):
        yield Lookup(stack, str(address), what, look)


def _side(environment: Environment, service: Microservice, client: Client) -> Iterator[Lookup]:
    stack = names.side_stack(environment.name, service.name, Side.EC2)
    yield from _load_balancing(stack, environment, service, client)
    cluster = names.cluster(environment.name, Side.EC2)

    def running() -> str | None:
        ecs = client("ecs")
        answer = ecs.describe_services(cluster=cluster, services=[service.name])["services"]
        active = _first([each for each in answer if each["status"] == "ACTIVE"], "serviceName")
        return f"{cluster}/{active}" if active else None

    what = f"ECS service {service.name} in cluster {cluster}"
    yield Lookup(stack, str(addresses.ECS_SERVICE), what, running)
    for address, name_of in (
        (addresses.role("execution"), names.execution_role),
        (addresses.role("task"), names.task_role),
    ):
        role = name_of(environment.name, service.name, Side.EC2)
        yield Lookup(stack, str(address), f"role {role}", partial(_role, client, role))
    for kind in (service.log_kind, *(sidecar.log_kind for sidecar in service.sidecars)):
        group = names.log_group(environment.name, kind, service.name, Side.EC2)
        address = addresses.log_group(kind)
        yield Lookup(stack, str(address), f"log group {group}", partial(_log_group, client, group))


def _load_balancing(
    stack: str, environment: Environment, service: Microservice, client: Client
) -> Iterator[Lookup]:
    name = names.load_balancer(environment.name, service.name, Side.EC2)
    group = names.target_group(environment.name, service.name, Side.EC2)

    @cache
    def balancer() -> str:
        # By name AWS answers with it, or with LoadBalancerNotFound.
        answer = client("elbv2").describe_load_balancers(Names=[name])
        return str(answer["LoadBalancers"][0]["LoadBalancerArn"])

    def target_group() -> str | None:
        answer = client("elbv2").describe_target_groups(Names=[group])
        return _first(answer["TargetGroups"], "TargetGroupArn")

    @cache
    def by_port() -> dict[int, str]:
        answer = client("elbv2").describe_listeners(LoadBalancerArn=balancer())["Listeners"]
        return {each["Port"]: each["ListenerArn"] for each in answer}

    def listener(port: int) -> str | None:
        return by_port().get(port)

    yield Lookup(stack, str(addresses.LOAD_BALANCER), f"load balancer {name}", balancer)
    what = f"target group {group}"
    yield Lookup(stack, str(addresses.TARGET_GROUP), what, target_group)
    for address, port in listeners(service).items():
        what = f"listener of {name} on port {port}"
        yield Lookup(stack, address, what, partial(listener, port))


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

    stack = names.traffic_stack(environment.name, service.name)
    return Lookup(stack, str(addresses.record(Side.EC2)), f"simple record {name} A", record)


def _is_simple(record: dict[str, Any], name: str) -> bool:
    # One with a routing policy has another import id, and is no start of a move.
    is_it = record["Name"] == f"{name}." and record["Type"] == "A"
    return is_it and "SetIdentifier" not in record


def _role(client: Client, name: str) -> str:
    return str(client("iam").get_role(RoleName=name)["Role"]["RoleName"])


def _log_group(client: Client, name: str) -> str | None:
    answer = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return name if name in {group["logGroupName"] for group in answer} else None


def _first(members: list[dict[str, Any]], key: str) -> str | None:
    return str(members[0][key]) if members else None
