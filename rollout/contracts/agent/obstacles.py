"""Finds what keeps GuardDuty's agent from running beside a Fargate task, or from sending what it
sees.

ECS says nothing of a task that runs on without it. Source: GuardDuty user guide, "Prerequisites for
AWS Fargate (Amazon ECS only) support" and "Troubleshooting Amazon ECS-Fargate runtime coverage".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.model import Environment
from pay.model.connections import EndKind
from pay.model.side import ServiceSide
from pay.model.stacks import side_stack
from pay.model.watching.agent import CONTAINER_PREFIX, ENDPOINT, EXCLUSION_TAG, OLDEST_PLATFORM
from rollout.aws.clients import Client, items
from rollout.contracts.agent.coverage import AgentObstacle
from rollout.contracts.reach.missing import compare, ends, needed
from rollout.contracts.reach.network import read_places
from rollout.contracts.seen import is_denied
from rollout.terminal.refusal import Refused

SETTING = "guardDutyActivate"
"""The setting of ECS that GuardDuty switches (AWS: ECS developer guide, "Runtime Monitoring
troubleshooting"); readable without a right of GuardDuty."""

_ADMINISTRATOR = "ask whoever administers GuardDuty to let it manage the agent on Fargate"


@dataclass(frozen=True)
class Way:
    """The obstacles in the agent's way, and what AWS did not let us ask."""

    obstacles: tuple[AgentObstacle, ...]
    denied: str


def of_fargate(side: ServiceSide, tasks: Sequence[Any], client: Client, *, is_whole: bool) -> Way:
    """Return what is in the agent's way. `is_whole`: every task has one, so that only the way of
    what it sends is left to ask about.

    Raises botocore's ClientError for every answer of AWS but a denial.
    """
    service = [side.service.name]
    questions = [partial(of_network, service, side.environment, client)]
    if not is_whole:
        ecs = client("ecs")
        starts = (partial(_of_tasks, side, tasks), partial(of_tag, side.cluster, ecs))
        questions = [*starts, partial(of_setting, ecs), *questions]
    obstacles, denied = list[AgentObstacle](), list[str]()
    for question in questions:
        try:
            obstacles += question()
        except ClientError as error:
            if not is_denied(error.response["Error"]["Code"]):
                raise
            denied.append(str(error))
        except Refused as refusal:  # `read_places` collects what it was denied.
            denied += [finding.reason for finding in refusal.findings]
    if not (is_whole or obstacles or denied):
        obstacles = [
            AgentObstacle(
                "they started before GuardDuty watched them: it adds its agent to new tasks only",
                "start new ones: aws ecs update-service --force-new-deployment --cluster "
                f"{side.cluster} --service {side.service.name}",
            )
        ]
    return Way(tuple(obstacles), "; ".join(denied))


def _of_tasks(side: ServiceSide, tasks: Sequence[Any]) -> Iterator[AgentObstacle]:
    stack = side_stack(side.environment.name, side.service.name, side.side)
    reasons = {
        each.get("reason") or "it stopped, and ECS gives no reason"
        for task in tasks
        for each in task["containers"]
        if each["name"].startswith(CONTAINER_PREFIX) and each["lastStatus"] == "STOPPED"
    }
    for reason in sorted(reasons):
        yield AgentObstacle(
            f"the agent could not start: {reason}",
            f"apply {stack}, whose execution role may pull the agent, then start new tasks",
        )
    versions = {task.get("platformVersion") or "" for task in tasks}
    for version in sorted(versions):
        if _numbers(version) < OLDEST_PLATFORM:
            oldest = ".".join(map(str, OLDEST_PLATFORM))
            yield AgentObstacle(
                f"platform version {version or 'unknown'} runs no agent",
                f"run the service on {oldest} or LATEST",
            )


def of_tag(name: str, ecs: Any) -> Iterator[AgentObstacle]:
    """Yield that a cluster is left out by its tag. Raises botocore's ClientError."""
    for cluster in ecs.describe_clusters(clusters=[name], include=["TAGS"])["clusters"]:
        tags = {each["key"]: each["value"] for each in cluster.get("tags", ())}
        if tags.get(EXCLUSION_TAG) == "false":
            yield AgentObstacle(
                f"cluster {name} has the tag {EXCLUSION_TAG} = false",
                "delete the tag, then start new tasks",
            )


def of_setting(ecs: Any) -> Iterator[AgentObstacle]:
    """Yield that GuardDuty adds no agent in this account. Raises botocore's ClientError."""
    settings = items(
        *(ecs, "list_account_settings", "settings"), name=SETTING, effectiveSettings=True
    )
    if not any(each["value"] == "on" for each in settings):
        yield AgentObstacle(
            f"{SETTING} is off: GuardDuty adds no agent in this account", _ADMINISTRATOR
        )


def of_network(
    services: Sequence[str], environment: Environment, client: Client
) -> Iterator[AgentObstacle]:
    """Yield what is in the way from the Fargate tasks of services to GuardDuty's endpoint, where
    the account is watched.

    Raises Refused without the VPC, and with every call that AWS denied.
    """
    wanted = {
        connection: of
        for connection, of in needed(services, environment, CATALOGUE).items()
        if (connection.target.kind, connection.target.name) == (EndKind.AWS, ENDPOINT)
        and connection.source.kind is EndKind.TASKS
    }
    places = read_places(ends(wanted), environment, CATALOGUE, client)
    report = compare(environment, wanted, places)
    for missing in report.not_found:
        yield AgentObstacle(missing.what, missing.fix)
    for rule, reason in report.missing.items():
        yield AgentObstacle(
            f"{rule.group.name} lacks {rule.direction} on {rule.ports} with {rule.peer_name}",
            f"run `pay reach {environment.name} {reason.services[0]}`, which prints the rule",
        )


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version; ECS describes LATEST by its numbers."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())
