"""Finds what would make the first apply fail, or would fight what is adopted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Environment, Segment, Side, names
from rollout.adoption.certificates import certificates
from rollout.adoption.finders import is_active
from rollout.adoption.obstacle import Obstacle, ObstacleLook, on_ec2
from rollout.adoption.records import records
from rollout.aws.clients import Client, items

MANAGED_BY_ECS = "ECSManagedAutoScalingPolicy-"
"""The first part of ECS's name for the policy of a capacity provider with managed scaling."""

ATTRIBUTES_A_CALL = 10
SERVICES_A_CALL = 10
TARGETS_A_CALL = 50
"""AWS: `PutAttributes` and `DescribeServices` of the ECS API reference, `DescribeScalableTargets`
of the Application Auto Scaling API reference.
"""


def instances(environment: Environment, client: Client) -> Iterator[Obstacle]:
    """Yield segments with too few instances that announce their segment. The tasks of a service
    would wait for one until the apply gives up (`placement_constraints` of the EC2 side).
    """
    cluster = names.cluster(environment.name, Side.EC2)
    clusters = client("ecs").describe_clusters(clusters=[cluster])["clusters"]
    if not any(map(is_active, clusters)):
        return  # Nothing runs. Terraform creates the cluster, with instances that have it.
    members = list(_members(client("ecs"), cluster))
    for segment in sorted({CATALOGUE[name].scope.segment for name in on_ec2(environment)}):
        needed = environment.capacity[segment].min_instances
        labelled = sum(_segment(each) == segment for each in members)
        if labelled >= needed:
            continue
        group = names.capacity_provider(environment.name, segment)
        in_group = _instances_of(client("autoscaling"), group)
        bare = [
            each["containerInstanceArn"]
            for each in members
            if each.get("ec2InstanceId") in in_group and _segment(each) is None
        ]
        fixes = []
        if bare:
            fixes.append(f"give it to the {len(bare)} instances of group {group} that lack it")
        if (more := needed - labelled - len(bare)) > 0:
            fixes.append(f"start {more} more in group {group}, or give it to others of the cluster")
        yield Obstacle(
            "instances",
            f"{labelled} of {needed} instances of cluster {cluster} have the attribute "
            f"segment = {segment}. The tasks of its services start on no other",
            ", and ".join(fixes),
            tuple(_put_attributes(environment, cluster, segment, bare)),
        )


def short_arns(environment: Environment, client: Client) -> Iterator[Obstacle]:
    """Yield services from before 2021 whose ARN lacks the cluster. ECS refuses to tag them. Source:
    ECS developer guide, "Migrate an Amazon ECS short service ARN to a long ARN".
    """
    cluster, region = names.cluster(environment.name, Side.EC2), environment.region
    setting = f"aws ecs put-account-setting --region {region} --value enabled --name"
    for some in _batches(on_ec2(environment), SERVICES_A_CALL):
        for each in client("ecs").describe_services(cluster=cluster, services=some)["services"]:
            start, _, name = each["serviceArn"].rpartition("/")
            if not is_active(each) or not start.endswith(":service"):
                continue
            yield Obstacle(
                "short ARN",
                f"the ARN of {name} lacks the cluster, so ECS refuses to tag it",
                "migrate it: its tasks run on, and nothing turns it back. First write the long "
                "ARN into policies and tools that name the short one. If AWS refuses, set both "
                f"with --principal-arn for its creator, {each.get('createdBy', 'unknown')}",
                (
                    f"{setting} serviceLongArnFormat",
                    f"{setting} taskLongArnFormat",
                    f"aws ecs tag-resource --region {region} "
                    f"--resource-arn {start}/{cluster}/{name} "
                    f"--tags key=Environment,value={environment.name}",
                ),
            )


def scaled_services(environment: Environment, client: Client) -> Iterator[Obstacle]:
    """Yield services that Application Auto Scaling scales; their count becomes the fixed peak."""
    cluster, region = names.cluster(environment.name, Side.EC2), environment.region
    ids = {f"service/{cluster}/{name}": name for name in on_ec2(environment)}
    scaling = client("application-autoscaling")
    for some in _batches(list(ids), TARGETS_A_CALL):
        for target in items(
            scaling,
            "describe_scalable_targets",
            "ScalableTargets",
            ServiceNamespace="ecs",
            ResourceIds=some,
        ):
            id, name = target["ResourceId"], ids[target["ResourceId"]]
            peak = environment.services[name].tasks.peak
            yield Obstacle(
                "scaled service",
                f"Application Auto Scaling keeps {name} between {target['MinCapacity']} and "
                f"{target['MaxCapacity']} tasks; adopted, it always has its peak of {peak}",
                "remove the target, with its policies and schedules, and start the peak",
                (
                    f"aws application-autoscaling deregister-scalable-target --region {region} "
                    f"--service-namespace ecs --resource-id {id} "
                    f"--scalable-dimension {target['ScalableDimension']}",
                    f"aws ecs update-service --region {region} --cluster {cluster} "
                    f"--service {name} --desired-count {peak}",
                ),
            )


def scaled_groups(environment: Environment, client: Client) -> Iterator[Obstacle]:
    """Yield policies and schedules of the instances' groups, which only ECS may scale."""
    autoscaling = client("autoscaling")
    groups = [names.capacity_provider(environment.name, segment) for segment in Segment]
    existing = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=groups)
    for group in (each["AutoScalingGroupName"] for each in existing["AutoScalingGroups"]):
        for what, name, command in _scalers(autoscaling, group):
            yield Obstacle(
                "scaled group",
                f"group {group} has the {what} {name}; adopted, only ECS scales it",
                "remove it",
                (
                    f"aws autoscaling {command} {name} --region {environment.region} "
                    f"--auto-scaling-group-name {group}",
                ),
            )


LOOKS: Mapping[str, ObstacleLook] = {
    "the instances of each segment": instances,
    "the ARN of each service": short_arns,
    "what scales the services": scaled_services,
    "what scales the instances": scaled_groups,
    "the records of each service": records,
    "the certificates of the listeners": certificates,
}
"""Subject -> the look at it. One that makes another call needs its action in `answers.ACTIONS`."""


def _batches(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[at : at + size] for at in range(0, len(names), size))


def _members(ecs: Any, cluster: str) -> Iterator[dict[str, Any]]:
    pages = ecs.get_paginator("list_container_instances")
    for page in pages.paginate(cluster=cluster, status="ACTIVE"):
        # A page has 100 at most, which is also what the other call takes.
        if arns := page["containerInstanceArns"]:
            answer = ecs.describe_container_instances(cluster=cluster, containerInstances=arns)
            yield from answer["containerInstances"]


def _segment(member: dict[str, Any]) -> str | None:
    values = (each.get("value") for each in member["attributes"] if each["name"] == "segment")
    return next(values, None)


def _instances_of(autoscaling: Any, group: str) -> set[str]:
    answer = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])
    return {
        each["InstanceId"] for some in answer["AutoScalingGroups"] for each in some["Instances"]
    }


def _put_attributes(
    environment: Environment, cluster: str, segment: Segment, arns: Sequence[str]
) -> Iterator[str]:
    for some in _batches(arns, ATTRIBUTES_A_CALL):
        attributes = " ".join(f"name=segment,value={segment},targetId={arn}" for arn in some)
        yield (
            f"aws ecs put-attributes --region {environment.region} --cluster {cluster} "
            f"--attributes {attributes}"
        )


def _scalers(autoscaling: Any, group: str) -> Iterator[tuple[str, str, str]]:
    """Yield what each is, its name, and the command that deletes it, without the name."""
    of_group = {"AutoScalingGroupName": group}
    for each in items(autoscaling, "describe_policies", "ScalingPolicies", **of_group):
        if not each["PolicyName"].startswith(MANAGED_BY_ECS):
            yield "scaling policy", each["PolicyName"], "delete-policy --policy-name"
    delete = "delete-scheduled-action --scheduled-action-name"
    for each in items(
        autoscaling, "describe_scheduled_actions", "ScheduledUpdateGroupActions", **of_group
    ):
        yield "scheduled action", each["ScheduledActionName"], delete
