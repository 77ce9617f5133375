"""Refuses what ECS refuses of `RunTask`: overrides, networks, roles. moto 5.2 checks none."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import EcsClientException
from moto.ecs.models import EC2ContainerServiceBackend

from sandbox.aws.ecs.placement import MotoTaskDefinition
from sandbox.aws.iam.roles import may_be_assumed_by

MOST_TASKS, MOST_SUBNETS, MOST_GROUPS, LONGEST_OVERRIDES = 10, 16, 5, 8_192
"""AWS: ECS API reference, `RunTask`, `AwsVpcConfiguration` and `TaskOverride`."""

_CONTAINER_OVERRIDES = frozenset(
    {
        *("command", "cpu", "environment", "environmentFiles", "memory", "memoryReservation"),
        *("name", "resourceRequirements"),
    }
)
_TASK_OVERRIDES = frozenset(
    {
        *("containerOverrides", "cpu", "ephemeralStorage", "executionRoleArn", "memory"),
        "taskRoleArn",
    }
)


def misfits(
    backend: EC2ContainerServiceBackend, params: Mapping[str, Any], definition: MotoTaskDefinition
) -> Iterator[str]:
    """Yield every reason for which ECS refuses a request."""
    if params.get("launchType") and params.get("capacityProviderStrategy"):
        yield "Specify either Launch Type or Capacity Provider Strategy, but not both."
    strategy = params.get("capacityProviderStrategy") or []
    chosen = {params.get("launchType"), *(each.get("capacityProvider") for each in strategy)}
    if not chosen & {"FARGATE", "FARGATE_SPOT"}:
        yield "No Container Instances were found in your cluster."
    if "FARGATE" not in (definition.requires_compatibilities or []):
        yield "Task definition does not support launch_type FARGATE."
    if not 1 <= int(params.get("count") or 1) <= MOST_TASKS:
        yield f"count must be between 1 and {MOST_TASKS}"
    if not re.fullmatch(r"[\w/-]{0,128}", params.get("startedBy") or ""):
        yield "startedBy must be at most 128 letters, numbers, hyphens, slashes and underscores"
    if not re.fullmatch(r"[!-~]{1,64}", params.get("clientToken", "-")):
        yield "clientToken must be 1 to 64 characters from ASCII 33 to 126"
    yield from _network_misfits(backend, params, definition)
    yield from _override_misfits(params.get("overrides") or {}, definition)


def _network_misfits(
    backend: EC2ContainerServiceBackend, params: Mapping[str, Any], definition: MotoTaskDefinition
) -> Iterator[str]:
    network = (params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if definition.network_mode != "awsvpc":
        if network:
            yield (
                "Network Configuration is not valid for the given networkMode of this task "
                "definition."
            )
        return
    if not network:
        yield "Network Configuration must be provided when networkMode 'awsvpc' is specified."
        return
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    subnets, groups = network.get("subnets") or [], network.get("securityGroups") or []
    if not 1 <= len(subnets) <= MOST_SUBNETS:
        yield f"subnets must have between 1 and {MOST_SUBNETS} items"
    if len(groups) > MOST_GROUPS:
        yield f"securityGroups can have at most {MOST_GROUPS} items"
    known = {subnet.id: subnet for zones in ec2.subnets.values() for subnet in zones.values()}
    for subnet in subnets:
        if subnet not in known:
            yield f"The subnet ID '{subnet}' does not exist"
    vpcs = {known[subnet].vpc_id for subnet in subnets}
    if len(vpcs) > 1:
        yield "subnets must all belong to the same VPC"
    for group in groups:
        existing = ec2.get_security_group_from_id(group)
        if existing is None:
            yield f"The security group '{group}' does not exist"
        elif existing.vpc_id not in vpcs:
            yield f"The security group '{group}' and the subnets belong to different networks"


def _override_misfits(
    overrides: Mapping[str, Any], definition: MotoTaskDefinition
) -> Iterator[str]:
    if unknown := sorted(overrides.keys() - _TASK_OVERRIDES):
        yield f"Unknown parameter in overrides: {', '.join(unknown)}"
    names = {part["name"] for part in definition.container_definitions}
    for each in overrides.get("containerOverrides") or []:
        if unknown := sorted(each.keys() - _CONTAINER_OVERRIDES):
            yield f"Unknown parameter in overrides.containerOverrides: {', '.join(unknown)}"
        if each.get("name") not in names:
            yield (
                f"Override for container named {each.get('name')} is not a container in the "
                "TaskDefinition."
            )
    if len(str(overrides)) > LONGEST_OVERRIDES:
        yield f"Container Overrides length must be at most {LONGEST_OVERRIDES}"


def check_roles(
    backend: EC2ContainerServiceBackend,
    cluster: Any,
    params: Mapping[str, Any],
    definition: MotoTaskDefinition,
) -> None:
    """Raise ECS's error for a role that its tasks could not run under."""
    for role in roles_of(params, definition):
        if not may_be_assumed_by(backend.account_id, role, "ecs-tasks.amazonaws.com", cluster.arn):
            raise EcsClientException(
                f"ECS was unable to assume the role '{role}' that was provided for this task. "
                "Please verify that the role being passed has the proper trust relationship and "
                "permissions and that your IAM user has permissions to pass this role."
            )


def roles_of(params: Mapping[str, Any], definition: MotoTaskDefinition) -> list[str]:
    """Return the ARNs of the roles that a task would run under."""
    overrides = params.get("overrides") or {}
    # moto's definition lacks the attribute of a role that it does not have.
    both = (
        overrides.get("executionRoleArn") or getattr(definition, "execution_role_arn", None),
        overrides.get("taskRoleArn") or getattr(definition, "task_role_arn", None),
    )
    return [role for role in both if role]
