"""The import ids of what runs today, read from AWS; nothing is changed there.

A finder returns the import id that the provider's documentation asks for, or None when AWS has no
such thing. Source: the section "Import" of each resource's registry page.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from pay.environments.adopted import adoptable
from pay.model import Environment
from rollout.adoption.import_answers import ImportAnswer, is_not_there
from rollout.aws.clients import Client
from rollout.aws.zones import hosted_zone_ids

Find = Callable[..., str | None]
"""Called with the client and the words of `Adoptable.name`."""


def find_all(environment: Environment, client: Client) -> Iterator[ImportAnswer]:
    """Yield the answer for all that the stacks can take over. A denied call is an answer too, so
    all are reported.

    Raises botocore's BotoCoreError when AWS cannot be asked: no credentials, no connection.
    """
    for stack, addresses in adoptable(environment).items():
        for address, each in addresses.items():
            type = address.partition(".")[0]
            if type not in FINDERS:
                yield ImportAnswer(stack, address, type, None, each.must, by_hand=True)
            elif each.name:
                text, find = FINDERS[type]
                what = text.format(*each.name)
                try:
                    import_id, failure = find(client, *each.name), None
                except ClientError as error:
                    import_id, failure = None, None if is_not_there(error) else error
                yield ImportAnswer(stack, address, what, import_id, each.must, failure)


def _by_name(service: str, method: str, argument: str, answer: str, id: str) -> Find:
    """Return a finder by name. An argument in the plural takes a list, and its answer is one."""

    def find(client: Client, name: str) -> str | None:
        is_list = argument.endswith("s")
        response = getattr(client(service), method)(**{argument: [name] if is_list else name})
        things = response[answer] if is_list else [response[answer]]
        return next((str(each[id]) for each in things if is_active(each)), None)

    return find


def is_active(thing: dict[str, Any]) -> bool:
    """Return whether it exists. ECS lists what was deleted for some time, as INACTIVE."""
    return bool(thing.get("status", "ACTIVE") == "ACTIVE")


def _capacity_providers(client: Client, cluster: str) -> str | None:
    clusters = client("ecs").describe_clusters(clusters=[cluster])["clusters"]
    used = any(is_active(each) and each.get("capacityProviders") for each in clusters)
    return cluster if used else None


def _ecs_service(client: Client, cluster: str, name: str) -> str | None:
    services = client("ecs").describe_services(cluster=cluster, services=[name])["services"]
    return f"{cluster}/{name}" if any(map(is_active, services)) else None


_load_balancer = _by_name(
    "elbv2", "describe_load_balancers", "Names", "LoadBalancers", "LoadBalancerArn"
)


def _listener(client: Client, balancer: str, port: str) -> str | None:
    arn = _load_balancer(client, balancer)
    listeners = client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    return next((each["ListenerArn"] for each in listeners if each["Port"] == int(port)), None)


def _web_acl(client: Client, balancer: str) -> str | None:
    """Return the import id: the ARNs of the web ACL and of what it protects."""
    arn = _load_balancer(client, balancer)
    acl = client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    return f"{acl['ARN']},{arn}" if acl else None


def _log_group(client: Client, name: str) -> str | None:
    groups = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return name if name in {group["logGroupName"] for group in groups} else None


def _dashboard(client: Client, name: str) -> str | None:
    dashboards = client("cloudwatch").list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
    return name if name in {each["DashboardName"] for each in dashboards} else None


def _subscription(client: Client, group: str, name: str) -> str | None:
    """Return the import id: the log group and the filter."""
    filters = client("logs").describe_subscription_filters(
        logGroupName=group, filterNamePrefix=name
    )["subscriptionFilters"]
    return f"{group}|{name}" if name in {each["filterName"] for each in filters} else None


def _record(client: Client, zone: str, name: str, vpc: str) -> str | None:
    """Return the import id of the simple alias record: zone id, name and type."""
    for zone_id in hosted_zone_ids(zone, vpc, client):
        records = client("route53").list_resource_record_sets(
            HostedZoneId=zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
        )["ResourceRecordSets"]
        if any(_is_simple_alias(record, name) for record in records):
            return f"{zone_id}_{name}_A"
    return None


def _is_simple_alias(record: dict[str, Any], name: str) -> bool:
    # One with a routing policy has another import id, and is no start of a move.
    is_it = record["Name"] == f"{name}." and record["Type"] == "A"
    return is_it and "SetIdentifier" not in record and "AliasTarget" in record


def _lifecycle(client: Client, repository: str) -> str | None:
    return str(client("ecr").get_lifecycle_policy(repositoryName=repository)["repositoryName"])


def _repository_policy(client: Client, repository: str) -> str | None:
    return str(client("ecr").get_repository_policy(repositoryName=repository)["repositoryName"])


def _image_scanning(client: Client, account_id: str) -> str | None:
    """Return the registry's id. Every registry has one setting, BASIC until somebody changes it."""
    return str(client("ecr").get_registry_scanning_configuration()["registryId"])


FINDERS: Mapping[str, tuple[str, Find]] = {
    "aws_autoscaling_group": (
        "Auto Scaling group {}",
        _by_name(
            *("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroupNames"),
            *("AutoScalingGroups", "AutoScalingGroupName"),
        ),
    ),
    "aws_cloudwatch_dashboard": ("dashboard {}", _dashboard),
    "aws_cloudwatch_log_group": ("log group {}", _log_group),
    "aws_cloudwatch_log_subscription_filter": ("subscription {1} of log group {0}", _subscription),
    "aws_ecr_lifecycle_policy": ("lifecycle policy of {}", _lifecycle),
    "aws_ecr_registry_scanning_configuration": ("scanning of registry {}", _image_scanning),
    "aws_ecr_repository": (
        "repository {}",
        _by_name(
            "ecr", "describe_repositories", "repositoryNames", "repositories", "repositoryName"
        ),
    ),
    "aws_ecr_repository_policy": ("policy of repository {}", _repository_policy),
    "aws_ecs_capacity_provider": (
        "capacity provider {}",
        _by_name(
            *("ecs", "describe_capacity_providers", "capacityProviders"),
            *("capacityProviders", "name"),
        ),
    ),
    "aws_ecs_cluster": (
        "cluster {}",
        _by_name("ecs", "describe_clusters", "clusters", "clusters", "clusterName"),
    ),
    "aws_ecs_cluster_capacity_providers": (
        "capacity providers of cluster {}",
        _capacity_providers,
    ),
    "aws_ecs_service": ("ECS service {1} in cluster {0}", _ecs_service),
    "aws_iam_instance_profile": (
        "profile {}",
        _by_name(
            *("iam", "get_instance_profile", "InstanceProfileName"),
            *("InstanceProfile", "InstanceProfileName"),
        ),
    ),
    "aws_iam_role": ("role {}", _by_name("iam", "get_role", "RoleName", "Role", "RoleName")),
    "aws_launch_template": (
        "launch template {}",
        _by_name(
            *("ec2", "describe_launch_templates", "LaunchTemplateNames"),
            *("LaunchTemplates", "LaunchTemplateId"),
        ),
    ),
    "aws_lb": ("load balancer {}", _load_balancer),
    "aws_lb_listener": ("listener of {} on port {}", _listener),
    "aws_lb_target_group": (
        "target group {}",
        _by_name("elbv2", "describe_target_groups", "Names", "TargetGroups", "TargetGroupArn"),
    ),
    "aws_route53_record": ("simple record {1} A", _record),
    "aws_wafv2_web_acl_association": ("web ACL of {}", _web_acl),
}
"""Resource type -> what it is, in words with its name, and its finder. A finder that makes another
call needs its action in `answers.ACTIONS`.
"""
