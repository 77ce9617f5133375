"""Says what a release needs before anything is planned: images, order, proof, smoke tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pay.containers.images import tag_of
from pay.containers.releases import release_number, release_tag
from pay.model import Environment, Microservice, Side
from pay.model.environment.images import Pin
from pay.model.problem import InvalidInput, Problem
from pay.model.service.migrations import Migrations
from pay.model.side import ServiceSide
from pay.model.stacks import KINDS, Stack, known_stacks
from pay.model.stage.dns_answers import share_at
from pay.smoke.targets import proving
from rollout.deployment.read_back import IN_PROGRESS, PrimaryDeployment
from rollout.releases.record import (
    Digests,
    Release,
    proof,
    read_releases,
    read_what_is_right,
    that_ran,
)
from rollout.releases.registry import RegistryImage, ServiceRepositories
from rollout.tasks.migrations import no_way_back
from rollout.tasks.record import has_run, read_runs
from rollout.terminal.refusal import Finding


@dataclass(frozen=True)
class RequestedRelease:
    """A release that somebody wants to run."""

    folder: Path
    """The folder of the environment files."""
    environment: Environment
    service: Microservice
    number: int
    by: str
    is_rollback: bool = False
    without_smoke: str | None = None
    """The reason to deploy without smoke tests; None if they decide."""
    patch: str | None = None
    """The sidecar that gets its pinned release, while nothing else changes. None: the service gets
    its release, and the sidecars get theirs.
    """

    @property
    def what(self) -> str:
        if self.patch:
            return f"patching {self.patch} of {self.service.name} in {self.environment.name}"
        verb = "rolling back" if self.is_rollback else "deploying"
        return f"{verb} {self.service.name} {self.number} in {self.environment.name}"

    def way_back(self, release: int | None) -> str:
        """Return the command for a rollback to a release, which is the sidecar's for a patch."""
        name = self.environment.name
        what = f"patch {name} {self.patch}" if self.patch else f"deploy {name} {self.service.name}"
        return f"pay {what} {release or 'N'} --rollback"

    def brings(self, sidecar: str) -> bool:
        """Return whether a sidecar gets its pin. A rollback keeps the one that runs. A pin that no
        patch has brought yet would come without a smoke test.
        """
        return self.patch == sidecar or not (self.patch or self.is_rollback)

    @property
    def is_smoked(self) -> bool:
        """Return whether smoke tests decide. A rollback waits for nothing."""
        return not self.is_rollback and not self.without_smoke

    @cached_property
    def stacks(self) -> Mapping[str, Stack]:
        """Return every stack of the environment by its id."""
        return known_stacks({self.environment.name: self.environment})

    @cached_property
    def sides(self) -> tuple[ServiceSide, ...]:
        """Return the sides that exist at the service's stage, the one with less traffic first."""
        stage = self.environment.services[self.service.name].stage
        there = [kind.side for kind in KINDS if kind.side and stage in kind.stages]
        there.sort(key=lambda side: share_at(self.environment.ladder, stage, side))
        return tuple(ServiceSide(self.service, self.environment, side) for side in there)

    def stack_of(self, side: ServiceSide) -> str:
        return next(
            id
            for id, stack in self.stacks.items()
            if stack.kind.side is side.side and stack.service == self.service.name
        )

    @cached_property
    def migrations(self) -> Migrations:
        """Return the time at which the release's migration runs. Rollbacks and patches have none;
        none runs twice.
        """
        where = self.folder, self.environment.name, self.service.name
        if (
            self.is_rollback
            or self.patch
            or not self.environment.tasks
            or has_run(read_runs(*where), self.number)
        ):
            return Migrations.NONE
        return self.service.migrations

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """Return the releases of the service here, the oldest first; for a rollback those that can
        be read.
        """
        releases, problems = self._record
        if problems and not self.is_rollback:
            raise InvalidInput(problems)
        return releases

    @property
    def unread(self) -> tuple[Problem, ...]:
        """Return the lines of the record that a rollback does without."""
        return self._record[1]

    @cached_property
    def _record(self) -> tuple[tuple[Release, ...], tuple[Problem, ...]]:
        return read_what_is_right(self.folder, self.environment.name, self.service.name)


@dataclass(frozen=True)
class Examined:
    """The images that a release would run, and the reasons against it."""

    digests: Digests
    """By container; the service's own is absent where the registry does not have it."""
    before: int | None
    """The release on the side with most traffic."""
    findings: tuple[Finding, ...]


def examine(
    asked: RequestedRelease,
    repositories: ServiceRepositories,
    running: Mapping[Side, PrimaryDeployment | None],
) -> Examined:
    """Return the images of a release and every reason against it, without a plan.

    Raises InvalidInput when a record of releases that it needs cannot be read.
    """
    runs = {
        side.side: {
            name: RunningImage.of(repositories, name, image) for name, image in there.images.items()
        }
        for side in asked.sides
        if (there := running[side.side])
    }
    own = asked.service.name
    last = next((runs[side.side] for side in reversed(asked.sides) if side.side in runs), {})
    targets: dict[str, RegistryImage] = {}
    findings = [*_sides(asked, running), *_environment(asked)]
    image, against = _own_image(asked, repositories, runs)
    findings += against
    if image:
        targets[own] = image
    for sidecar in asked.service.sidecars:
        pin = asked.environment.sidecars.get(sidecar.name)
        kept = last[sidecar.name].image if sidecar.name in last else None
        if kept and not asked.brings(sidecar.name):
            targets[sidecar.name] = kept
        elif pin and (pinned := repositories.find(sidecar.name, pin.digest)):
            targets[sidecar.name] = pinned
        else:
            findings.append(_no_pinned_image(asked, repositories, sidecar.name, pin))
    if asked.is_rollback:
        findings += _past_a_contraction(asked, runs)
        findings += _forward(asked, targets, runs)
    else:
        findings += _older(asked, targets, runs)
        # What runs here had its proof when it came.
        findings += [] if asked.patch else _unproven(asked, targets.get(own))
    return Examined(
        {name: image.digest for name, image in targets.items()},
        last[own].release if own in last else None,
        tuple(findings),
    )


@dataclass(frozen=True)
class RunningImage:
    """A container as it runs on a side."""

    reference: str
    """Its tag or digest."""
    image: RegistryImage | None
    """None: the registry no longer has it."""

    @classmethod
    def of(cls, repositories: ServiceRepositories, container: str, image: str) -> "RunningImage":
        reference = tag_of(image)
        known = container in repositories.by_container
        return cls(reference, repositories.find(container, reference) if known else None)

    @property
    def digest(self) -> str | None:
        """Return its digest, if the registry still has it."""
        return self.image.digest if self.image else None

    @property
    def release(self) -> int | None:
        number = self.image.release if self.image else None
        return number or release_number([self.reference])


def _sides(
    asked: RequestedRelease, running: Mapping[Side, PrimaryDeployment | None]
) -> Iterator[Finding]:
    for side in asked.sides:
        deployment, where = running[side.side], f"the {side.side} side"
        if deployment is None:
            yield Finding(
                "sides",
                f"cluster {side.cluster} has no service {side.service.name}, which the stage "
                f"{side.deployment.stage} needs",
                f"apply {where} first",
            )
        elif deployment.rollout_state == IN_PROGRESS and not asked.is_rollback:
            reason = f"{where} has deployment {deployment.id} in progress"
            yield Finding("sides", reason, "wait until it ends; look at the service's events")
        elif not deployment.desired and not asked.is_rollback:
            reason = f"{where} wants no task: nothing would show that the release starts"
            yield Finding("sides", reason, "let it want tasks again, then deploy")


def _environment(asked: RequestedRelease) -> Iterator[Finding]:
    if asked.is_rollback:
        return
    if asked.environment.frozen:
        fix = f"wait until `frozen` is removed from {asked.environment.name}.toml"
        yield Finding("frozen", asked.environment.frozen, fix)
    for side in () if asked.without_smoke else asked.sides:
        if not proving(asked.environment, side.side, asked.service.name):
            yield Finding(
                "smoke",
                f"no smoke test tries the {side.side} side of {asked.service.name}: the verdict "
                "would not be known",
                'add smoke tests to the environment, or say why: --without-smoke "..."',
            )


def _own_image(
    asked: RequestedRelease,
    repositories: ServiceRepositories,
    runs: Mapping[Side, Mapping[str, RunningImage]],
) -> tuple[RegistryImage | None, list[Finding]]:
    """Return the image of the release, and what is wrong with it. A rollback takes the very image
    that ran here.
    """
    own, tag = asked.service.name, release_tag(asked.number)
    image = repositories.find(own, tag)
    here = [each for each in that_ran(asked.releases) if each.release == asked.number]
    recorded = next((each.digests[own] for each in reversed(here) if own in each.digests), None)
    findings = []
    if asked.is_rollback:
        image = (repositories.find(own, recorded) if recorded else None) or image
        # One side alone runs it when a deployment was killed before it was recorded.
        running = {each[own].release for each in runs.values() if own in each}
        before = {each.before for each in asked.releases}
        is_strange = not here and asked.number not in running | before
        if is_strange and not asked.unread:  # a line that cannot be read may show it
            ran = sorted({each.release for each in that_ran(asked.releases)})
            findings.append(
                Finding(
                    "rollback",
                    f"release {asked.number} of {own} never ran in {asked.environment.name}",
                    f"choose one that ran: {', '.join(map(str, ran)) or 'the record has none'}",
                )
            )
    if image is None:
        findings.append(
            Finding(
                "image",
                f"{repositories.by_container[own]}:{tag} is not in the registry of account "
                f"{asked.environment.account_id}",
                "copy it there, or choose a release that is there",
            )
        )
    elif recorded and image.digest != recorded:
        reason = f"{tag} is {image.digest}; what ran here as {tag} is {recorded}"
        findings.append(Finding("image", reason, "a release never changes: make a new one"))
    return image, findings


def _forward(
    asked: RequestedRelease,
    targets: Mapping[str, RegistryImage],
    runs: Mapping[Side, Mapping[str, RunningImage]],
) -> Iterator[Finding]:
    """Refuse a rollback of a sidecar to a release that is newer than those that run, and never ran.
    It would wait for no proof and no smoke test.
    """
    sidecar = asked.patch or ""
    target = targets.get(sidecar)
    ran = {each.digests.get(sidecar) for each in that_ran(asked.releases)}
    if target is None or target.release is None or target.digest in ran or asked.unread:
        return
    numbers = [each[sidecar].release for each in runs.values() if sidecar in each]
    newest = max((number or target.release for number in numbers), default=target.release)
    if newest < target.release:
        yield Finding(
            "rollback",
            f"{sidecar} {newest} runs, and {target.release} never ran",
            "go back to a release that ran, or leave out --rollback",
        )


def _past_a_contraction(
    asked: RequestedRelease, runs: Mapping[Side, Mapping[str, RunningImage]]
) -> Iterator[Finding]:
    own = asked.service.name
    running = [number for each in runs.values() if own in each and (number := each[own].release)]
    finding = no_way_back(
        asked.service,
        running=max(running, default=asked.number),
        to=asked.number,
        folder=asked.folder,
        environment=asked.environment,
    )
    if finding:
        yield finding


def _no_pinned_image(
    asked: RequestedRelease, repositories: ServiceRepositories, container: str, pin: Pin | None
) -> Finding:
    file, repository = f"{asked.environment.name}.toml", repositories.by_container[container]
    reason = (
        f"{file} pins {repository}@{pin.digest}, which is not in the registry of account "
        f"{asked.environment.account_id}"
        if pin
        else f"{file} pins no release of {container}"
    )
    return Finding("image", reason, "pin a release that is there, or copy it: pay images --help")


def _older(
    asked: RequestedRelease,
    targets: Mapping[str, RegistryImage],
    runs: Mapping[Side, Mapping[str, RunningImage]],
) -> Iterator[Finding]:
    """Compare the numbers of every container with what runs on every side."""
    verb = "patch to" if asked.patch else "deploy"
    for side, containers in runs.items():
        for name, target in targets.items():
            run = containers.get(name)
            if run and run.release and target.release and target.release < run.release:
                yield Finding(
                    "order",
                    f"the {side} side runs {name} {run.release}, which is newer than "
                    f"{target.release}",
                    f"{verb} {run.release} or newer; to go back: {asked.way_back(target.release)}",
                )


def _unproven(asked: RequestedRelease, image: RegistryImage | None) -> Iterator[Finding]:
    """Ask the environment before for the release: the same digest, with a good verdict."""
    before, own = asked.environment.follows, asked.service.name
    if before is None:
        return
    proven = proof(read_releases(asked.folder, before, own), asked.number)
    if proven is None:
        yield Finding(
            "proof",
            f"releases/{before}/{own}.jsonl has no good release {asked.number}",
            f"deploy it there first: pay deploy {before} {own} {asked.number}",
        )
    elif image and proven.digests.get(own) != image.digest:
        yield Finding(
            "proof",
            f"{before} proved {proven.digests.get(own)}; the registry here has {image.digest}",
            "copy the image that was proved; a release is one digest everywhere",
        )
