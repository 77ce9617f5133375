"""Brings a release of a sidecar to every service that has it, one after the other, in waves.

`rollout.deployment.deploy` releases each service, with its own release as it runs. The first
failure ends the patch. A patch that ended early, for any reason, continues where it ended.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import typer
from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE, IMAGES
from pay.catalogue.sidecars import TRIED_FIRST
from pay.model import Environment, Microservice
from pay.model.environment.images import Pin
from pay.model.problem import InvalidInput
from pay.model.service.call_graph import release_waves
from rollout.aws.clients import Client
from rollout.deployment.deploy import Deployed, ScenarioRunner, deploy
from rollout.deployment.read_back import COMPLETED, PrimaryDeployment, primary
from rollout.deployment.release_checks import RequestedRelease, RunningImage, examine
from rollout.images.copy import without_proof
from rollout.locks.environment_locks import LockCheck
from rollout.releases.record import ReleaseVerdict
from rollout.releases.registry import ServiceRepositories
from rollout.sleep.sleeping import refuse_asleep
from rollout.smoke.smoke import smoke
from rollout.terminal.refusal import Failed, Finding, Refused

Waves = tuple[tuple[str, ...], ...]
"""Services by their names, those that come first in the first tuple."""


@dataclass(frozen=True)
class Patch:
    """A release of a sidecar that somebody wants every service to run."""

    folder: Path
    """The folder of the environment files."""
    environment: Environment
    """As its file will be, with the pin."""
    sidecar: str
    by: str
    is_rollback: bool = False
    without_smoke: str | None = None
    """The reason to deploy without smoke tests; None if they decide."""

    @property
    def pin(self) -> Pin:
        return self.environment.sidecars[self.sidecar]

    @property
    def what(self) -> str:
        verb = "rolling back" if self.is_rollback else "patching"
        return f"{verb} {self.sidecar} to {self.pin.release} in {self.environment.name}"

    @property
    def waves(self) -> Waves:
        """Return the environment's services that have the sidecar."""
        services = (CATALOGUE[name] for name in self.environment.services)
        return waves(each.name for each in services if self.sidecar in _sidecars(each))


@dataclass(frozen=True)
class Standing:
    """The progress of a service."""

    asked: RequestedRelease
    runs: tuple[int | None, ...]
    """The releases of the sidecar on its sides, each once; None for an image of no release."""
    is_done: bool
    """True when its sides run the pinned digest, and its record says so."""


PatchStandings = Mapping[str, Standing]
"""Service -> how far it is, in the order of the waves."""


@dataclass(frozen=True)
class Patched:
    """The result of a patch."""

    patch: Patch
    file: Path
    """The environment's file, with the pin."""
    ran: tuple[str, ...]
    """The services that run the release, in order."""
    stopped_at: str | None = None
    """The service that did not get it; None if every one has it."""
    because: str | None = None

    @property
    def left(self) -> tuple[str, ...]:
        """Return the services that were not reached."""
        known = {*self.ran, self.stopped_at}
        return tuple(name for name in chain(*self.patch.waves) if name not in known)

    def as_data(self) -> dict[str, Any]:
        return {
            "environment": self.patch.environment.name,
            "sidecar": self.patch.sidecar,
            **self.patch.pin.model_dump(mode="json"),
            "waves": self.patch.waves,
            "ran": self.ran,
            "stopped_at": self.stopped_at,
            "because": self.because,
            "left": self.left,
        }


def waves(services: Iterable[str]) -> Waves:
    """Return services in the order in which they get a sidecar's release. Those that try it come
    first, then those that are called before their callers.
    """
    chosen = set(services)
    first = (tuple(name for name in wave if name in chosen) for wave in TRIED_FIRST)
    edges = {service.name: service.called for service in CATALOGUE.values()}
    rest = release_waves(edges, chosen - set(chain(*TRIED_FIRST)))
    return tuple(wave for wave in (*first, *rest) if wave)


def look(patch: Patch, client: Client) -> PatchStandings:
    """Return how far each service is. It only reads.

    Raises Refused with every reason against the patch, or because the environment sleeps. Raises
    InvalidInput when a record that it needs cannot be read.
    """
    refuse_asleep(patch.environment, client, patch.what)
    against: dict[Finding, list[str]] = {}
    standings: dict[str, Standing] = {}
    for name in chain(*patch.waves):
        standing, findings = _standing(patch, CATALOGUE[name], client)
        if standing:
            standings[name] = standing
        for each in findings:
            against.setdefault(each, []).append(name)
    problems = [
        Finding(each.gate, f"{', '.join(names)}: {each.reason}", each.fix)
        for each, names in against.items()
    ]
    before = patch.environment.follows
    if before and not patch.is_rollback:
        image, pin = IMAGES[patch.sidecar], patch.pin
        problems += without_proof(image, pin.release, pin.digest, [before], patch.folder)
    if problems:
        raise Refused(patch.what, problems)
    return standings


def _standing(
    patch: Patch, service: Microservice, client: Client
) -> tuple[Standing | None, tuple[Finding, ...]]:
    """Return the progress of a service, None if unknown, and what blocks its patch."""
    repositories = ServiceRepositories(client("ecr"), service)
    draft = RequestedRelease(
        patch.folder,
        patch.environment,
        service,
        1,
        patch.by,
        is_rollback=patch.is_rollback,
        without_smoke=patch.without_smoke,
        patch=patch.sidecar,
    )
    running = {side.side: primary(side, client("ecs")) for side in draft.sides}
    there = [each for each in running.values() if each]
    own = [_image(repositories, service.name, each).release for each in there]
    if not own or not own[-1] or (len(set(own)) > 1 and not patch.is_rollback):
        return None, (_no_release(draft, own),)
    # The side with most traffic comes last.
    asked = replace(draft, number=own[-1])
    sidecars = [_image(repositories, patch.sidecar, each) for each in there]
    is_done = all(
        deployment.rollout_state == COMPLETED and image.digest == patch.pin.digest
        for deployment, image in zip(there, sidecars, strict=True)
    )
    standing = Standing(
        asked,
        tuple(dict.fromkeys(image.release for image in sidecars)),
        is_done=is_done and len(there) == len(running) and _is_recorded(patch, asked),
    )
    return standing, examine(asked, repositories, running).findings


def _image(
    repositories: ServiceRepositories, container: str, deployment: PrimaryDeployment
) -> RunningImage:
    return RunningImage.of(repositories, container, deployment.images.get(container, ""))


def _no_release(asked: RequestedRelease, own: list[int | None]) -> Finding:
    if not own:
        return Finding("release", "it runs nowhere", "apply its sides, and deploy a release first")
    where = f"{asked.environment.name} {asked.service.name}"
    runs = " and ".join(str(number or "an image without a release") for number in own)
    return Finding(
        "release",
        f"it runs {runs}, not one release on every side",
        f"deploy one first: pay deploy {where} {max((n for n in own if n), default='N')}",
    )


def _is_recorded(patch: Patch, asked: RequestedRelease) -> bool:
    """Return whether the last line of the service shows the pinned digest, and that it ran."""
    last = asked.releases[-1:]
    return any(
        line.digests.get(patch.sidecar) == patch.pin.digest
        and line.verdict is not ReleaseVerdict.BAD
        for line in last
    )


def run_waves(
    patch: Patch,
    standings: PatchStandings,
    file: Path,
    client: Client,
    check: LockCheck,
    now: Callable[[], datetime],
    *,
    smoke: ScenarioRunner = smoke,
) -> Patched:
    """Release each service that is not done, in waves, up to the first that fails. Its sides run
    what they ran before then, or the reason says what does. `file` pins the release already.
    """
    ran: list[str] = []
    for number, wave in enumerate(patch.waves, start=1):
        for name in wave:
            standing = standings[name]
            if not standing.is_done:
                typer.echo(f"wave {number} of {len(patch.waves)}: {name}", err=True)
                if because := _released(standing.asked, client, check, now, smoke):
                    return Patched(patch, file, tuple(ran), name, because)
            ran.append(name)
    return Patched(patch, file, tuple(ran))


def _released(
    asked: RequestedRelease,
    client: Client,
    check: LockCheck,
    now: Callable[[], datetime],
    smoke: ScenarioRunner,
) -> str | None:
    """Return why a service does not run the sidecar's release; None if it does."""
    try:
        ended = deploy(asked, client, check, now, smoke=smoke)
    except Refused as refusal:
        return "; ".join(f"{each.reason} ({each.fix})" for each in refusal.findings)
    except (Failed, InvalidInput, ClientError) as error:
        return str(error)
    assert isinstance(ended, Deployed)
    return ended.entry.because if ended.is_bad else None


def _sidecars(service: Microservice) -> set[str]:
    return {sidecar.name for sidecar in service.sidecars}
