"""Reads back what ECS runs of a service: its deployment, its tasks, the digest of every container.

Terraform waits until a service is steady, which it is after a rollback, too, on the old revision
(hashicorp/terraform-provider-aws#20858). A release runs only when ECS says so of this deployment.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pay.model.side import STEADY_STATE_SECONDS, ServiceSide
from rollout.aws.polling import Clock
from rollout.aws.task_definitions import container_definitions

CLOCK = Clock()
PAGE = 100
"""The most tasks of one DescribeTasks."""

SCALING_SECONDS = 60
"""The time for which the tasks of a completed deployment may differ. Auto scaling starts or stops
some, and ECS replaces one that ended.
"""

REASONS = 3
"""Different reasons of stopped tasks in a message."""

IN_PROGRESS, COMPLETED = "IN_PROGRESS", "COMPLETED"


@dataclass(frozen=True)
class PrimaryDeployment:
    """The primary deployment of a side."""

    id: str
    task_definition: str
    """The revision's ARN."""
    rollout_state: str
    """IN_PROGRESS, COMPLETED or FAILED."""
    desired: int
    running: int
    failed: int
    """Tasks that did not start, or stopped, since the deployment began."""
    images: Mapping[str, str]
    """Container -> the image of the revision, by tag or by digest."""


class NotRunning(Exception):
    """A release does not run as it should; the message says what runs instead, and why."""


def primary(side: ServiceSide, ecs: Any) -> PrimaryDeployment | None:
    """Return the primary deployment; None if the side does not exist."""
    service = _service(side, ecs)
    primaries = [each for each in service.get("deployments", ()) if each["status"] == "PRIMARY"]
    return _deployment(primaries[0], ecs) if primaries else None


def settled(side: ServiceSide, ecs: Any) -> PrimaryDeployment | None:
    """Return the primary deployment once it is no longer in progress, or after a deployment's
    longest time. None: the side does not exist.
    """
    deployment = None
    for _ in CLOCK.looks(STEADY_STATE_SECONDS):
        deployment = primary(side, ecs)
        if deployment is None or deployment.rollout_state != IN_PROGRESS:
            break
    return deployment


def require_running(
    side: ServiceSide,
    ecs: Any,
    revision: str,
    wanted: Mapping[str, Collection[str]],
) -> PrimaryDeployment:
    """Return the deployment of a revision when it is PRIMARY and COMPLETED. All its tasks must run
    images of the `wanted` digests, by container.

    Raises NotRunning otherwise.
    """
    deployment, wrong = settled(side, ecs), list[str]()
    for _ in CLOCK.looks(SCALING_SECONDS):
        if wrong:
            deployment = primary(side, ecs)
        completed = _completed(side, ecs, deployment, revision)
        wrong = [*_wrong(_tasks(side, ecs, "RUNNING"), completed, wanted)]
        if not wrong:
            return completed
    where = f"{side.service.name} in {side.cluster}"
    raise NotRunning(f"{where}: {'; '.join(dict.fromkeys(wrong))}")


def _completed(
    side: ServiceSide, ecs: Any, deployment: PrimaryDeployment | None, revision: str
) -> PrimaryDeployment:
    """Return the deployment if it is COMPLETED, of the revision. Raises NotRunning otherwise."""
    where = f"{side.service.name} in {side.cluster}"
    if deployment is None:
        raise NotRunning(f"{where} is not there; apply its stack first")
    if deployment.task_definition != revision:
        reasons = "; ".join(stopped_reasons(side, ecs, revision)) or "ECS names no reason"
        raise NotRunning(
            f"{where} runs {_short(deployment.task_definition)} again: the deployment of "
            f"{_short(revision)} was rolled back ({reasons})"
        )
    if deployment.rollout_state != COMPLETED:
        raise NotRunning(f"{where}: deployment {deployment.id} is {deployment.rollout_state}")
    return deployment


def stopped_reasons(side: ServiceSide, ecs: Any, revision: str) -> tuple[str, ...]:
    """Return why tasks of a revision stopped, each reason once."""
    stopped = (t for t in _tasks(side, ecs, "STOPPED") if t["taskDefinitionArn"] == revision)
    return tuple(dict.fromkeys(each.get("stoppedReason", "") for each in stopped))[:REASONS]


def _wrong(
    tasks: Sequence[Any], deployment: PrimaryDeployment, wanted: Mapping[str, Collection[str]]
) -> Iterator[str]:
    if deployment.running != deployment.desired:
        yield f"{deployment.running} of {deployment.desired} tasks run"
    own = [task for task in tasks if task.get("startedBy") == deployment.id]
    if len(own) < deployment.desired or len(own) != len(tasks):
        yield f"{len(own)} of {len(tasks)} tasks are of deployment {deployment.id}"
    for task in own:
        digests = {each["name"]: each.get("imageDigest", "") for each in task["containers"]}
        for container, accepted in wanted.items():
            if digests.get(container) not in accepted:
                yield (
                    f"container {container} runs {digests.get(container) or 'an unknown digest'}, "
                    f"and not {', '.join(sorted(accepted))}"
                )


def _service(side: ServiceSide, ecs: Any) -> Any:
    try:
        answer = ecs.describe_services(cluster=side.cluster, services=[side.service.name])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ClusterNotFoundException":
            return {}
        raise
    return next((each for each in answer["services"] if each["status"] == "ACTIVE"), {})


def _deployment(described: Any, ecs: Any) -> PrimaryDeployment:
    arn = described["taskDefinition"]
    return PrimaryDeployment(
        id=described["id"],
        task_definition=arn,
        rollout_state=described.get("rolloutState", COMPLETED),
        desired=described["desiredCount"],
        running=described["runningCount"],
        failed=described.get("failedTasks", 0),
        images={each.name: each.image for each in container_definitions(ecs, arn)},
    )


def _tasks(side: ServiceSide, ecs: Any, status: str) -> list[Any]:
    arns = [
        arn
        for page in ecs.get_paginator("list_tasks").paginate(
            cluster=side.cluster, serviceName=side.service.name, desiredStatus=status
        )
        for arn in page["taskArns"]
    ]
    return [
        task
        for start in range(0, len(arns), PAGE)
        for task in ecs.describe_tasks(cluster=side.cluster, tasks=arns[start : start + PAGE])[
            "tasks"
        ]
    ]


def _short(arn: str) -> str:
    return arn.rpartition("/")[2]
