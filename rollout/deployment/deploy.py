"""Deploys a release to every side of a service, one after the other, or puts back what ran.

Everything that changes something is a plan of Terraform that was checked. A side counts as released
when ECS says so of our deployment and its smoke tests pass. Only then the next side begins.
"""

import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import typer

from pay.containers.images import tag_of
from pay.model import Environment, Side
from pay.model.service.migrations import Migrations
from pay.model.side import ServiceSide
from pay.model.smoke import SmokeScenario
from pay.model.stacks import TASKS, traffic_stack
from pay.smoke.targets import proving
from rollout.aws.clients import Client
from rollout.delivery.synthesis import output_folder, synthesise
from rollout.delivery.terraform import Terraform
from rollout.deployment.read_back import (
    NotRunning,
    PrimaryDeployment,
    primary,
    require_running,
    settled,
)
from rollout.deployment.release_checks import Examined, RequestedRelease, RunningImage, examine
from rollout.deployment.release_plans import ReleasePlans, plan_release, revision, variables
from rollout.locks.environment_locks import LockCheck
from rollout.locks.holding import LockLost
from rollout.releases.record import Release, ReleaseVerdict, append_release
from rollout.releases.registry import ServiceRepositories
from rollout.smoke.of_service import of_service
from rollout.smoke.smoke import smoke
from rollout.smoke.verdict import Outcome, SmokeVerdict
from rollout.tasks.migrations import migrate, no_way_back
from rollout.tasks.one_off import Runner
from rollout.terminal.refusal import Failed, Finding, Refused

_FAILURES = (Exception, KeyboardInterrupt)
"""Whatever the failure is, a side must not be left on a release that nobody knows to be good."""


class ScenarioRunner(Protocol):
    """Runs scenarios against one side, as `rollout.smoke.smoke.smoke` does."""

    def __call__(
        self,
        environment: Environment,
        side: Side,
        scenarios: Collection[SmokeScenario] | None = None,
        *,
        client: Client,
    ) -> SmokeVerdict: ...


@dataclass(frozen=True)
class Deployed:
    """The result of a deployment."""

    asked: RequestedRelease
    entry: Release
    file: Path
    """The record with the line."""
    deployments: Mapping[Side, PrimaryDeployment]
    is_everywhere: bool
    """True when every side runs the release. A bad one then only lacks its migration."""

    @property
    def is_bad(self) -> bool:
        return self.entry.verdict is ReleaseVerdict.BAD

    def as_data(self) -> dict[str, Any]:
        return {
            "environment": self.asked.environment.name,
            "service": self.asked.service.name,
            **self.entry.model_dump(mode="json", exclude_none=True),
            "file": str(self.file),
            "deployments": {side.value: each.id for side, each in self.deployments.items()},
        }


@dataclass
class _RunningRelease:
    """One running deployment."""

    asked: RequestedRelease
    client: Client
    terraform: Terraform
    check: LockCheck
    examined: Examined
    running: Mapping[Side, PrimaryDeployment]
    """The deployments that ran before."""
    plans: ReleasePlans
    repositories: ServiceRepositories
    smoke: ScenarioRunner
    is_everywhere: bool = False
    is_known: bool = True
    """True when the smoke tests had an answer from every third party."""
    reached: list[ServiceSide] = field(default_factory=list)
    deployments: dict[Side, PrimaryDeployment] = field(default_factory=dict)
    smoked: dict[Side, tuple[str, ...]] = field(default_factory=dict)

    def release_everywhere(self, now: Callable[[], datetime]) -> None:
        """Release every side, with the migration before or after them.

        Raises one of `_FAILURES` when a step fails; after it nothing more is changed.
        """
        self._migrate(Migrations.BEFORE, now)
        for side in self.asked.sides:
            self.release(side)
        self.check()
        self.is_everywhere = True
        self._migrate(Migrations.AFTER, now)
        self.check()

    def _migrate(self, when: Migrations, now: Callable[[], datetime]) -> None:
        """Run the release's migration if this is its time. Raises NotRunning when it fails."""
        asked, stack = self.asked, TASKS.stack_id(self.asked.environment.name)
        if asked.migrations is not when:
            return
        self.check()
        if self.plans.changes(stack):
            _say(f"migration: applying {stack}")
            self.terraform.apply(stack, self.plans.file(stack))
        runner = Runner(asked.environment, self.client, lambda line: _say(f"migration: {line}"))
        migrated = migrate(
            asked.service,
            asked.number,
            runner=runner,
            folder=asked.folder,
            now=now(),
            deploying=True,
        )
        ended = migrated.ended
        for line in ended.log_lines if ended else ():
            _say(f"  {line}")
        if ended and not ended.is_good:
            raise NotRunning(f"the migration failed: {ended.in_words}")

    def release(self, side: ServiceSide) -> None:
        """Apply the plan of one side, read back what runs, and try it.

        Raises one of `_FAILURES` when it does not run, or a smoke test does not pass.
        """
        stack = self.asked.stack_of(side)
        self.reached.append(side)
        if self.plans.changes(stack):
            self.check()
            _say(f"{side.side}: applying {stack}")
            self.terraform.apply(stack, self.plans.file(stack))
        deployment = self._read_back(side, self.examined.digests)
        if not deployment.desired and not self.asked.is_rollback:
            raise NotRunning(f"the {side.side} side wants no task: nothing shows that it starts")
        self._try(side)

    def put_back(self, folder: Path) -> tuple[str, ...]:
        """Plan and apply again what ran on the sides that were reached, and read it back. Return
        why a side does not run it again, for each that does not.
        """
        problems = []
        for side in reversed(self.reached):
            _say(f"{side.side}: putting back what ran before")
            try:
                self._put_back(side, folder)
            except _FAILURES as error:
                problems.append(f"the {side.side} side does not run its old images again: {error}")
        return tuple(problems)

    def _images_before(self, side: ServiceSide) -> Mapping[str, str]:
        """Return what ran on a side. Where a killed deployment has left this release on it, that is
        what still ran on the other.
        """
        others = (each for each in self.asked.sides if each != side)
        before = (each for each in (side, *others) if self.plans.changes(self.asked.stack_of(each)))
        return self.running[next(before, side).side].images

    def _put_back(self, side: ServiceSide, folder: Path) -> None:
        images, stack = self._images_before(side), self.asked.stack_of(side)
        if finding := self._no_way_back(images):
            raise Failed(f"{finding.reason}; {finding.fix}")
        self.check()
        tags = variables(self.asked, {name: tag_of(image) for name, image in images.items()})
        plans = plan_release(self.asked, self.terraform, folder, {side.side: tags}, is_judged=False)
        if plans.findings:
            raise Failed("; ".join(finding.reason for finding in plans.findings))
        if plans.changes(stack):
            self.terraform.apply(stack, plans.file(stack))
        self._read_back(side, self._digests(images))

    def _no_way_back(self, images: Mapping[str, str]) -> Finding | None:
        """Return why the release's own migration forbids what ran before; None if it does not."""
        asked, own = self.asked, self.asked.service.name
        before = RunningImage.of(self.repositories, own, images[own]).release
        return no_way_back(
            asked.service,
            running=asked.number,
            to=before or asked.number,
            folder=asked.folder,
            environment=asked.environment,
        )

    def _digests(self, images: Mapping[str, str]) -> dict[str, str]:
        """Return the digests of images that the registry has, by container."""
        former = {
            name: self.repositories.find(name, tag_of(image))
            for name, image in images.items()
            if name in self.repositories.by_container
        }
        return {name: image.digest for name, image in former.items() if image}

    def _read_back(self, side: ServiceSide, digests: Mapping[str, str]) -> PrimaryDeployment:
        accepted = {name: self.repositories.accepted(name, each) for name, each in digests.items()}
        arn = revision(self.terraform, self.asked.stack_of(side))
        deployment = require_running(side, self.client("ecs"), arn, accepted)
        self.deployments[side.side] = deployment
        failed = f", {deployment.failed} failed on the way" if deployment.failed else ""
        _say(f"{side.side}: {deployment.id} completed, {deployment.running} tasks run{failed}")
        return deployment

    def _try(self, side: ServiceSide) -> None:
        """Raise NotRunning unless the smoke tests of a side pass. A rollback waits for nothing, and
        a third party that is down puts no release back.
        """
        asked = self.asked
        if not asked.is_smoked:
            return
        scenarios = proving(asked.environment, side.side, asked.service.name)
        _say(f"{side.side}: {len(scenarios)} smoke tests")
        shown = of_service(
            self.smoke(asked.environment, side.side, scenarios, client=self.client),
            asked.environment,
            asked.service.name,
        )
        self.smoked[side.side] = tuple(id for each in shown.outcomes for id in each.runs)
        if shown.waits_for_third_parties:
            self.is_known = False
            _say(f"{side.side}: not known, {shown.reasons(Outcome.NOT_KNOWN)}")
        elif shown.outcome is not Outcome.PASSED:
            reasons = shown.reasons(shown.outcome)
            raise NotRunning(f"the smoke tests of the {side.side} side: {shown.outcome}, {reasons}")

    def entry(self, at: datetime, because: str | None) -> Release:
        asked = self.asked
        verdict = (
            ReleaseVerdict.GOOD if asked.is_smoked and self.is_known else ReleaseVerdict.NOT_KNOWN
        )
        return Release(
            at=at,
            by=asked.by,
            release=asked.number,
            digests=self.examined.digests,
            before=self.examined.before,
            verdict=ReleaseVerdict.BAD if because else verdict,
            rollback=asked.is_rollback,
            smoke=self.smoked,
            without_smoke=asked.without_smoke,
            because=because,
            patch=asked.patch,
            plans=self.plans.sha256,
        )


def deploy(
    asked: RequestedRelease,
    client: Client,
    check: LockCheck,
    now: Callable[[], datetime],
    *,
    is_dry: bool = False,
    smoke: ScenarioRunner = smoke,
) -> Deployed | ReleasePlans:
    """Deploy a release to every side that exists, with its migration, and record it. When a side
    does not run it, or a smoke test fails, all sides get their old images again. The line then says
    bad. When the migration after them fails, the line only says bad. `is_dry` ends with the plans.

    Raises Refused with every reason, and nothing changed; Failed when something is left that a
    person has to look at.
    """
    repositories = ServiceRepositories(client("ecr"), asked.service)
    # A deployment that does not come to its end is what a rollback replaces.
    look = primary if asked.is_rollback else settled
    running = {side.side: look(side, client("ecs")) for side in asked.sides}
    examined = examine(asked, repositories, running)
    for problem in asked.unread:
        _say(f"Warning, the rollback goes on without it: {problem}")
    # What is wrong with the images, or what does not exist, cannot be planned.
    is_plannable = all(running.values()) and asked.service.name in examined.digests
    if not is_plannable:
        raise Refused(asked.what, examined.findings)
    terraform = Terraform(output_folder())
    records = traffic_stack(asked.environment.name, asked.service.name)
    migrates = asked.migrations is not Migrations.NONE
    has_migrations = asked.service.migrations is not Migrations.NONE and not asked.patch
    if has_migrations and not asked.environment.tasks:
        _say(f"migration: {asked.environment.name} has no table [tasks], so none is run here")
    tasks = [TASKS.stack_id(asked.environment.name)] if migrates else []
    ids = [*map(asked.stack_of, asked.sides), *tasks, records]
    synthesise(Path.cwd(), asked.folder.resolve(), terraform.out, globs=" ".join(ids))
    with tempfile.TemporaryDirectory() as folder:
        tags = variables(asked, examined.digests)
        releases = {side.side: tags for side in asked.sides}
        plans = plan_release(
            asked,
            terraform,
            Path(folder),
            releases,
            migration=examined.digests[asked.service.name] if migrates else None,
            is_judged=not asked.is_rollback,
        )
        if findings := (*examined.findings, *plans.findings):
            raise Refused(asked.what, findings)
        if is_dry:
            return plans
        there = {side: each for side, each in running.items() if each}
        run = _RunningRelease(
            asked, client, terraform, check, examined, there, plans, repositories, smoke
        )
        try:
            run.release_everywhere(now)
        except LockLost:
            raise
        except _FAILURES as error:
            because = str(error) or f"it ended with {type(error).__name__}"
            _say(f"Failed: {because}")
            # After the sides only the migration is missing, without which they run by definition.
            problems = () if run.is_everywhere else run.put_back(Path(folder))
            ended = _recorded(run, run.entry(now(), "; ".join((because, *problems))))
            if problems:
                back = asked.way_back(None if asked.patch else examined.before)
                raise Failed(f"{'; '.join(problems)}. Look now: {back}") from None
            return ended
        return _recorded(run, run.entry(now(), None))


def _recorded(run: _RunningRelease, entry: Release) -> Deployed:
    asked = run.asked
    try:
        file = append_release(asked.folder, asked.environment.name, asked.service.name, entry)
    except OSError as error:
        raise Failed(f"the record could not be written: {error}; add {entry.line()}") from None
    return Deployed(asked, entry, file, run.deployments, run.is_everywhere)


def _say(line: str) -> None:
    """Print a line of progress; a reader that has closed the pipe must not end a deployment half
    way.
    """
    with suppress(OSError):
        typer.echo(line, err=True)
