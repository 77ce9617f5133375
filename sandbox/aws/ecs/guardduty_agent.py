"""The container that GuardDuty adds to a Fargate task, where it monitors the runtime.

The task runs on, even if that container fails. Sources:
- GuardDuty user guide, "How Runtime Monitoring works with Fargate (Amazon ECS only)".
- aws/aws-cdk#32877 for a task whose role may not pull the image.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.ecs.models import AccountSetting, EC2ContainerServiceBackend, ecs_backends
from moto.guardduty.models import guardduty_backends
from moto.moto_api._internal import mock_random

from pay.model.rights.tasks import PULL_ACTIONS
from pay.model.watching.agent import (
    CONTAINER_PREFIX,
    EXCLUSION_TAG,
    OLDEST_PLATFORM,
    REGISTRIES,
    REPOSITORY,
    repository_arn,
)
from sandbox.aws.iam.roles import is_allowed
from sandbox.aws.patching import Original, extends


def manages_agent(detectors: Iterable[Any], configuration: str) -> bool | None:
    """Return whether GuardDuty manages the agent, such as `EC2_AGENT_MANAGEMENT`.

    None: it monitors no runtime here.
    """
    monitored = ("RUNTIME_MONITORING", "ENABLED")
    for detector in detectors:
        for feature in detector.features:
            if detector.enabled and (feature["name"], feature["status"]) == monitored:
                additional = feature["additionalConfiguration"]
                return {"name": configuration, "status": "ENABLED"} in additional
    return None


def container(task: Any) -> dict[str, Any] | None:
    """Return the container beside a new task.

    It is pending, or stopped because its image could not be pulled. None: GuardDuty adds none.
    """
    account, region = task._account_id, task.region_name
    by_account = manages_agent(
        guardduty_backends[account][region].detectors.values(), "ECS_FARGATE_AGENT_MANAGEMENT"
    )
    cluster = ecs_backends[account][region].clusters[task.cluster_name]
    tags = {each["key"]: each["value"] for each in cluster.tags or ()}
    by_tag = tags.get(EXCLUSION_TAG)
    is_wanted = by_tag != "false" and (by_account or by_tag == "true")
    if by_account is None or not is_wanted or task.launch_type != "FARGATE":
        return None
    if tuple(map(int, task.platform_version.split("."))) < OLDEST_PLATFORM:
        return None
    image = f"{REGISTRIES[region]}.dkr.ecr.{region}.amazonaws.com/{REPOSITORY}:v1-Fg_aarch64"
    added: dict[str, Any] = {
        "containerArn": f"{task.task_arn.replace(':task/', ':container/')}/{mock_random.uuid4()}",
        "taskArn": task.task_arn,
        "name": f"{CONTAINER_PREFIX}{mock_random.get_random_hex(7)}",
        "image": image,
        "lastStatus": "PENDING",
        "healthStatus": "UNKNOWN",
        "cpu": "0",
        "networkInterfaces": [],
        "networkBindings": [],
    }
    reason = _why_not_pulled(account, region, getattr(task.definition, "execution_role_arn", None))
    return {**added, **({"lastStatus": "STOPPED", "reason": reason} if reason else {})}


def _why_not_pulled(account: str, region: str, role: str | None) -> str | None:
    if role is None:
        return "CannotPullContainerError: the task has no execution role"
    repository, context = repository_arn(region), dict[str, str]()
    needed: Mapping[str, str] = {
        "ecr:GetAuthorizationToken": "*",
        **dict.fromkeys(PULL_ACTIONS, repository),
    }
    for action, resource in needed.items():
        if not is_allowed(account, role, action, resource, context):
            return (
                f"CannotPullContainerError: User: {role} is not authorized to perform: {action} "
                f"on resource: {resource} because no identity-based policy allows the {action} "
                "action"
            )
    return None


@extends(EC2ContainerServiceBackend)
def list_account_settings(
    self: EC2ContainerServiceBackend, own: Original, name: str | None = None, value: Any = None
) -> list[AccountSetting]:
    """Return the setting that GuardDuty switches, too.

    Source: AWS, ECS developer guide, "Runtime Monitoring troubleshooting".
    """
    detectors = guardduty_backends[self.account_id][self.region_name].detectors.values()
    is_on = manages_agent(detectors, "ECS_FARGATE_AGENT_MANAGEMENT") is not None
    activated = AccountSetting("guardDutyActivate", "on" if is_on else "off")
    if name == activated.name:
        return [activated] if value in (None, activated.value) else []
    others: list[AccountSetting] = own(self, name, value)
    return others
