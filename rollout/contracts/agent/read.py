"""Reads how much of a side GuardDuty's agent watches; every call reads.

On Fargate the agent is a container beside those of the task. On EC2 it runs on the instance, and
GuardDuty says whether it reports.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from pay.model import Side
from pay.model.side import ServiceSide
from pay.model.watching.agent import CONTAINER_PREFIX
from rollout.aws.clients import Client, items
from rollout.contracts.agent.coverage import AgentObstacle, Coverage
from rollout.contracts.agent.obstacles import of_fargate
from rollout.contracts.reach.network import ACTIONS as ACTIONS_OF_REACH
from rollout.contracts.seen import is_denied

ACTIONS = (
    *(action for action in ACTIONS_OF_REACH if action.startswith("ec2:")),
    "ecs:DescribeClusters",
    "ecs:DescribeContainerInstances",
    "ecs:DescribeTasks",
    "ecs:ListAccountSettings",
    "ecs:ListTasks",
    "guardduty:ListCoverage",
    "guardduty:ListDetectors",
)
"""Every call by its IAM action; all of them read."""

PAGE = 100
"""The most tasks, or instances, of one call. Source: AWS, ECS API reference."""

_UNKNOWN = "GuardDuty does not know it"
_FIX = "let GuardDuty manage the agent on EC2, or install it with the image of the instances"

_ABSENT = frozenset({"ClusterNotFoundException", "ServiceNotFoundException"})


def read_coverage(side: ServiceSide, client: Client) -> Coverage:
    """Return the coverage of a side; of one that does not exist, that no task runs."""
    name = side.service.name
    try:
        tasks = [*running_tasks(side, client("ecs"))]
        if side.side is Side.EC2:
            watched, obstacles = _on_instances(side, tasks, client)
            return Coverage(name, side.side, len(tasks), watched, obstacles)
    except ClientError as error:
        if not is_denied(error.response["Error"]["Code"]):
            raise
        return Coverage(name, side.side, denied=str(error))
    watched = sum(map(_has_agent, tasks))
    way = of_fargate(side, tasks, client, is_whole=watched == len(tasks))
    is_known = watched < len(tasks) or way.obstacles
    denied = "" if is_known else way.denied
    return Coverage(name, side.side, len(tasks), watched, way.obstacles, denied)


def running_tasks(side: ServiceSide, ecs: Any) -> Iterator[Any]:
    """Yield the tasks of a side that run, as ECS describes them; none of a side that does not
    exist. Raises botocore's ClientError.
    """
    service = side.service.name
    try:
        arns = [*items(ecs, "list_tasks", "taskArns", cluster=side.cluster, serviceName=service)]
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return
        raise
    for some in _pages(arns):
        for task in ecs.describe_tasks(cluster=side.cluster, tasks=some)["tasks"]:
            if task["lastStatus"] == "RUNNING":
                yield task


def _has_agent(task: Any) -> bool:
    return any(
        each["name"].startswith(CONTAINER_PREFIX) and each["lastStatus"] == "RUNNING"
        for each in task["containers"]
    )


def _on_instances(
    side: ServiceSide, tasks: Sequence[Any], client: Client
) -> tuple[int, tuple[AgentObstacle, ...]]:
    """Return how many of the tasks run on instances whose agent reports, and what is wrong with the
    others.
    """
    hosts = sorted({task["containerInstanceArn"] for task in tasks})
    ids = {
        each["containerInstanceArn"]: each["ec2InstanceId"]
        for some in _pages(hosts)
        for each in client("ecs").describe_container_instances(
            cluster=side.cluster, containerInstances=some
        )["containerInstances"]
    }
    issues = _issues(sorted(ids.values()), client("guardduty"))
    lacking = {id_: issue for id_ in sorted(ids.values()) if (issue := issues.get(id_, _UNKNOWN))}
    watched = sum(ids[task["containerInstanceArn"]] not in lacking for task in tasks)
    obstacles = (AgentObstacle(f"instance {id_}: {issue}", _FIX) for id_, issue in lacking.items())
    return watched, tuple(obstacles)


def _issues(instances: Sequence[str], guardduty: Any) -> dict[str, str]:
    """Map each instance that GuardDuty knows to its issue; empty if its agent reports."""
    reports = dict[str, str]()
    for detector in items(guardduty, "list_detectors", "DetectorIds"):
        for some in _pages(instances, size=50):
            criteria = [
                _equal("RESOURCE_TYPE", ["EC2"]),
                _equal("INSTANCE_ID", some),
            ]
            for row in items(
                *(guardduty, "list_coverage", "Resources"),
                DetectorId=detector,
                FilterCriteria={"FilterCriterion": criteria},
            ):
                is_healthy = row["CoverageStatus"] == "HEALTHY"
                id_ = row["ResourceDetails"]["Ec2InstanceDetails"]["InstanceId"]
                reports[id_] = "" if is_healthy else row.get("Issue") or "its agent does not report"
    return reports


def _equal(key: str, values: Sequence[str]) -> dict[str, Any]:
    return {"CriterionKey": key, "FilterCondition": {"Equals": list(values)}}


def _pages(of: Sequence[str], *, size: int = PAGE) -> Iterator[Sequence[str]]:
    for start in range(0, len(of), size):
        yield of[start : start + size]
