"""Runs the migration of a release, once in each environment.

A deployment calls `migrate` before or after its sides, as `Microservice.migrations` says, and
`no_way_back` before a rollback.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pay.containers.images import tag_of
from pay.containers.releases import release_number, release_tag
from pay.model import Environment, Microservice, Side, names
from pay.model.service.migrations import Migrations
from pay.model.stacks import TASKS
from pay.model.tasks import image_tag_variable, migration_family
from rollout.aws.clients import Client, items
from rollout.aws.task_definitions import container_definitions
from rollout.moves.journal import author
from rollout.releases.registry import ServiceRepositories
from rollout.tasks.one_off import EndedTask, Runner
from rollout.tasks.record import MigrationRun, append_run, has_run, read_runs
from rollout.terminal.refusal import Finding, Refused

MOST_REVISIONS = 50
"""The number of revisions that are searched for a release, the newest first."""


@dataclass(frozen=True)
class Migrated:
    """The result of a migration."""

    run: MigrationRun
    ended: EndedTask | None
    """None: it had run before, and nothing was started."""


def migrate(
    service: Microservice,
    release: int,
    *,
    runner: Runner,
    folder: Path,
    now: datetime,
    deploying: bool = False,
) -> Migrated:
    """Run a release's migration and record how it ended; one that has run is not run again.

    A second call finds the task of the first while ECS knows it. The same client token starts no
    second one. After a failure the next call starts a new task. `deploying`: the caller deploys the
    release and keeps the order itself. `folder` holds the environment files.

    Raises Refused when the service has no migrations, the order is wrong, or no revision has the
    release. Raises Failed when ECS starts no task; botocore's ClientError when AWS refuses.
    """
    environment = runner.environment
    runs = read_runs(folder, environment.name, service.name)
    if before := has_run(runs, release):
        return Migrated(before, None)
    revision = _revision(service, release, runner, deploying=deploying)
    attempt = sum(run.release == release for run in runs)
    task = _find_or_start(service, release, attempt, revision, runner, {run.task for run in runs})
    ended = runner.follow(task, service.name)
    run = MigrationRun(
        at=now,
        by=author(folder),
        release=release,
        task=ended.task.rpartition("/")[2],
        exit_code=ended.exit_code,
        because=None if ended.is_good else ended.reason,
    )
    append_run(folder, environment.name, service.name, run)
    return Migrated(run, ended)


def no_way_back(
    service: Microservice, *, running: int, to: int, folder: Path, environment: Environment
) -> Finding | None:
    """Return why a service may not go back from one release to an older one. A migration that has
    run removed what the older one uses. None: it may.
    """
    passed = [each for each in service.contractions if to < each.release <= running]
    runs = read_runs(folder, environment.name, service.name) if passed else ()
    for each in passed:
        if has_run(runs, each.release):
            return Finding(
                "contraction",
                f"the migration of release {each.release} of {service.name} has run in "
                f"{environment.name}, and {to} needs what it took away: {each.because}",
                f"go back to {each.release} or later, or release a correction",
            )
    return None


def _revision(service: Microservice, release: int, runner: Runner, *, deploying: bool) -> str:
    """Return the ARN of the revision that runs the release. Raises Refused with every reason."""
    environment = runner.environment
    what = f"running the migration of release {release} of {service.name} in {environment.name}"
    if service.migrations is Migrations.NONE:
        reason = f"{service.name} has none: its `migrations` is {Migrations.NONE}"
        fix = "declare when they run in its file of the catalogue, if its releases have migrations"
        raise Refused(what, [Finding("migrations", reason, fix)])
    if environment.tasks is None:
        reason = f"{environment.name} has no table [tasks], so no stack defines its migrations"
        raise Refused(what, [Finding("tasks", reason, "add the table, and apply its stack")])
    findings = [] if deploying else [*_out_of_order(service, release, runner)]
    revision = _revision_of(service, release, runner)
    if revision is None:
        variable, stack = image_tag_variable(service.name), TASKS.stack_id(environment.name)
        findings.append(
            Finding(
                "revision",
                f"no revision of {migration_family(environment, service.name)} has the image of "
                f"release {release}",
                f"apply it first: TF_VAR_{variable}={release_tag(release)} PAY_STACKS={stack} "
                f"cdktf deploy {stack}",
            )
        )
    if findings or revision is None:
        raise Refused(what, findings)
    return revision


def _out_of_order(service: Microservice, release: int, runner: Runner) -> Iterator[Finding]:
    """Yield why a release's migration does not run now."""
    running = running_releases(service, runner.environment, runner.client)
    for side, number in running.items():
        shown = "a release that has no number" if number is None else str(number)
        if service.migrations is Migrations.AFTER and number != release:
            yield Finding(
                "order",
                f"{side} runs {shown}, and a migration of {service.name} runs after its release",
                f"deploy {release} first: pay deploy {runner.environment.name} {service.name} "
                f"{release}",
            )
        elif service.migrations is Migrations.BEFORE and (number is None or number > release):
            yield Finding(
                "order",
                f"{side} runs {shown}, and a migration of {service.name} runs before its release",
                f"run the one of a release from {shown} on",
            )


def running_releases(
    service: Microservice, environment: Environment, client: Client
) -> dict[Side, int | None]:
    """Return the release of each side that runs; None if its image is not of a release."""
    ecs, running = client("ecs"), {}
    stage = environment.services[service.name].stage
    for side in filter(stage.has, Side):
        described = ecs.describe_services(
            cluster=names.cluster(environment.name, side), services=[service.name]
        )
        for each in described["services"]:
            if each["status"] == "ACTIVE":
                running[side] = _release(ecs, client, service, each["taskDefinition"])
    return running


def _release(ecs: Any, client: Client, service: Microservice, revision: str) -> int | None:
    reference = tag_of(_image(ecs, service, revision))
    image = ServiceRepositories(client("ecr"), service).find(service.name, reference)
    return (image and image.release) or release_number([reference])


def _image(ecs: Any, service: Microservice, revision: str) -> str:
    containers = container_definitions(ecs, revision)
    return next((each.image for each in containers if each.name == service.name), "")


def _revision_of(service: Microservice, release: int, runner: Runner) -> str | None:
    """Return the newest revision of the migration's family whose image is the release."""
    ecs = runner.client("ecs")
    family = migration_family(runner.environment, service.name)
    tag = release_tag(release)
    image = ServiceRepositories(runner.client("ecr"), service).find(service.name, tag)
    references = {tag, image.digest} if image else {tag}
    revisions = items(
        ecs,
        "list_task_definitions",
        "taskDefinitionArns",
        familyPrefix=family,
        status="ACTIVE",
        sort="DESC",
    )
    own = (each for each in revisions if each.rpartition("/")[2].rpartition(":")[0] == family)
    for _, revision in zip(range(MOST_REVISIONS), own, strict=False):
        if tag_of(_image(ecs, service, revision)) in references:
            return str(revision)
    return None


def _find_or_start(
    service: Microservice,
    release: int,
    attempt: int,
    revision: str,
    runner: Runner,
    recorded: Collection[str],
) -> str:
    """Return the task of an earlier call that was interrupted, or start one."""
    environment = runner.environment.name
    started_by = f"migrate/{service.name}/{release}"
    family = migration_family(runner.environment, service.name)
    for task in runner.known(family, started_by):
        if task["taskArn"].rpartition("/")[2] not in recorded:
            runner.report(f"found the task that an earlier call started: {task['taskArn']}")
            return str(task["taskArn"])
    text = "/".join((environment, service.name, str(release), str(attempt)))
    return runner.start(
        revision,
        network=runner.network_of(service),
        started_by=started_by,
        token=hashlib.sha256(text.encode()).hexdigest(),
    )
