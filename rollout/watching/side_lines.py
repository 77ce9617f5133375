"""Lists what protects a service on each side, with the evidence (PCI DSS v4.0.1, 11.5.1 and
11.5.2). It covers the agent in its tasks, root file systems that nobody can write to, and images
that were proved.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.containers.images import short_image
from pay.model import Environment
from pay.model.side import ServiceSide
from pay.model.stacks import KINDS
from pay.model.watching.agent import CONTAINER_PREFIX
from rollout.aws.clients import Client
from rollout.aws.task_definitions import container_definitions
from rollout.contracts.agent.read import read_coverage, running_tasks
from rollout.contracts.seen import SeenState, fix_of_denial, is_denied
from rollout.releases.record import Release, ReleaseVerdict, read_releases
from rollout.releases.registry import ServiceRepositories
from rollout.watching.line import WatchingLine

ACTIONS = ("ecr:BatchGetImage", "ecs:DescribeTaskDefinition")
"""Beside those of `rollout.contracts.agent.read`."""

RELEASES = 10
"""The number of passed releases that are compared, the latest first."""

AGENT, INTEGRITY = ("5.3.2", "11.5.1"), ("11.5.2",)


def side_lines(environment: Environment, folder: Path, client: Client) -> Iterator[WatchingLine]:
    """Yield the lines of every side that exists; `folder` holds the environment files.

    Raises botocore's ClientError for every answer of AWS but a denial. Raises InvalidInput when the
    record of releases cannot be read.
    """
    for side in sides(environment):
        coverage = read_coverage(side, client)
        what, state = _what(side), coverage.state
        fix = "" if state is SeenState.ON else coverage.fix
        shown = coverage.brief if state is SeenState.ON else coverage.reasons
        yield WatchingLine(f"{what}: agent", state, shown, AGENT, fix)
        yield from _integrity(side, folder, client)


def sides(environment: Environment) -> Iterator[ServiceSide]:
    """Yield every side that exists at the stage of its service."""
    for name, deployment in environment.services.items():
        for kind in KINDS:
            if kind.side and deployment.stage in kind.stages:
                yield ServiceSide(CATALOGUE[name], environment, kind.side)


def _what(side: ServiceSide) -> str:
    return f"{side.service.name} on {side.side}"


def _integrity(side: ServiceSide, folder: Path, client: Client) -> Iterator[WatchingLine]:
    root, image = f"{_what(side)}: read-only root", f"{_what(side)}: proved image"
    try:
        tasks = [*running_tasks(side, client("ecs"))]
        yield _read_only(root, tasks, client("ecs"))
    except ClientError as error:
        yield from (_denied(thing, error) for thing in (root, image))
        return
    try:
        yield _proved(image, side, tasks, folder, client)
    except ClientError as error:
        yield _denied(image, error)


def _denied(thing: str, error: ClientError) -> WatchingLine:
    """Return the line of a denied question. Raises any other error."""
    if not is_denied(error.response["Error"]["Code"]):
        raise error
    fix = fix_of_denial(error.operation_name)
    return WatchingLine(thing, SeenState.NOT_OURS, str(error), INTEGRITY, fix)


def _read_only(thing: str, tasks: Sequence[Any], ecs: Any) -> WatchingLine:
    """Compare the task definitions that run, not those that were written."""
    writable = list[str]()
    for arn in sorted({task["taskDefinitionArn"] for task in tasks}):
        containers = container_definitions(ecs, arn)
        writable += [each.name for each in containers if not each.readonly_root_filesystem]
    if not tasks:
        return WatchingLine(thing, SeenState.OFF, "no task runs", INTEGRITY, "start the side")
    if writable:
        shown = f"{', '.join(dict.fromkeys(writable))} can write to theirs"
        fix = "harden the service: remove `hardened = false` from its environment"
        return WatchingLine(thing, SeenState.OFF, shown, INTEGRITY, fix)
    return WatchingLine(thing, SeenState.ON, f"every container of {len(tasks)} tasks", INTEGRITY)


def _proved(
    thing: str, side: ServiceSide, tasks: Sequence[Any], folder: Path, client: Client
) -> WatchingLine:
    """Compare the digests that run with those of the releases that passed here. A rollback runs one
    that passed before it.
    """
    environment, service = side.environment.name, side.service.name
    releases = read_releases(folder, environment, service)
    good = [each for each in reversed(releases) if each.verdict is ReleaseVerdict.GOOD]
    fix = f"deploy it with its smoke tests: pay deploy {environment} {service} N"
    if not tasks:
        return WatchingLine(thing, SeenState.OFF, "no task runs", INTEGRITY, "start the side")
    if not good:
        return WatchingLine(
            thing, SeenState.OFF, "the record has no release that passed", INTEGRITY, fix
        )
    repositories = ServiceRepositories(client("ecr"), side.service)
    for release in good[:RELEASES]:
        if not _others(tasks, repositories, release):
            shown = f"release {release.release}, {short_image(release.digests.get(service, ''))}"
            return WatchingLine(thing, SeenState.ON, shown, INTEGRITY)
    others = _others(tasks, repositories, good[0])
    shown = f"{', '.join(others)}: another digest than that of release {good[0].release}"
    return WatchingLine(thing, SeenState.OFF, shown, INTEGRITY, fix)


def _others(tasks: Sequence[Any], repositories: ServiceRepositories, release: Release) -> list[str]:
    """Return the containers that do not run the image of a release; GuardDuty's own is AWS's."""
    wanted = {name: repositories.accepted(name, each) for name, each in release.digests.items()}
    return sorted(
        {
            each["name"]
            for task in tasks
            for each in task["containers"]
            if not each["name"].startswith(CONTAINER_PREFIX)
            and each.get("imageDigest") not in wanted.get(each["name"], ())
        }
    )
