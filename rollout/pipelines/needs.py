"""Lists what pipelines of an environment have to run, which is the same for each kind of server."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pay.catalogue import CATALOGUE, IMAGES
from pay.catalogue.images import ImageKind
from pay.environments.file import says_it_follows
from pay.model import Environment
from pay.model.service.call_graph import release_waves
from pay.model.tasks import migrated, scheduled
from rollout.terminal.environments import load_where

ENVIRONMENTS = "environments"
"""The folder of the environment files in the repository."""

WAIT = "30m"
"""The time that a command waits for the lock, which a person may keep. It is as long as the lock of
a killed command lasts.
"""

DEPLOY_MINUTES = 90
"""Two sides, each with its smoke tests, and a migration."""
PATCH_MINUTES = 360
"""Every service, one after the other."""
SHORT_MINUTES = 30
"""A command that starts no task of a service."""

NEXT_TAG = """\
last=$(git tag --list 'alpha_release-*' | sed 's/^alpha_release-//' | sort -n | tail -n 1)
next="alpha_release-$((last + 1))"
"""
"""Finds the next Git tag of a sidecar's source: its own build makes each tag `alpha_release-N` the
image `N-release`."""


def environments_for(folder: Path, environment: str) -> Mapping[str, Environment]:
    """Return the environments without a mistake by name, and warn about the others.

    Raises InvalidInput with every mistake of `environment` and of those that it follows. It also
    reports those that follow it, because the pipeline hands releases on to them.
    """

    def is_needed(name: str) -> bool:
        return name == environment or says_it_follows(folder / f"{name}.toml", environment)

    return load_where(folder, is_needed, with_followed=True)


@dataclass(frozen=True)
class Needs:
    """The needs of one environment for its pipeline."""

    environment: Environment
    environments: Mapping[str, Environment]
    """All of them, by name."""

    @property
    def name(self) -> str:
        return self.environment.name

    @cached_property
    def waves(self) -> tuple[tuple[str, ...], ...]:
        """Return its services in the order of releases, the called before their callers."""
        edges = {service.name: service.called for service in CATALOGUE.values()}
        return release_waves(edges, self.environment.services)

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Return its services in the order of releases."""
        return tuple(name for wave in self.waves for name in wave)

    @cached_property
    def sidecars(self) -> tuple[str, ...]:
        """Return the sidecars that it pins."""
        pinned = self.environment.sidecars
        return tuple(name for name in pinned if IMAGES[name].kind is ImageKind.SIDECAR)

    @cached_property
    def migrated(self) -> tuple[str, ...]:
        """Return the services whose releases change a database."""
        if self.environment.tasks is None:
            return ()
        changed = {service.name for service in migrated(self.environment, CATALOGUE)}
        return tuple(name for name in self.services if name in changed)

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """Return the scheduled calls that a person may make now."""
        if self.environment.tasks is None:
            return ()
        return tuple(call.name for call in scheduled(self.environment, CATALOGUE))

    @cached_property
    def before(self) -> Environment | None:
        """Return the environment that proves its releases; None if builds come here first."""
        follows = self.environment.follows
        return self.environments[follows] if follows else None

    @cached_property
    def after(self) -> tuple[Environment, ...]:
        """Return the environments that take a release once it ran well here."""
        return tuple(each for each in self.environments.values() if each.follows == self.name)

    @property
    def copies(self) -> bool:
        """Return whether releases come from another account's registry."""
        before = self.before
        return before is not None and before.account_id != self.environment.account_id

    @property
    def rebuilds(self) -> bool:
        """Return whether images are rebuilt for it each week. They are where releases begin."""
        return self.before is None and bool(self.after)

    @property
    def waits_for_a_person(self) -> bool:
        """Return whether a person starts each release, because real payments pass."""
        return self.environment.production

    @property
    def sleeps(self) -> bool:
        """Return whether it has no tasks for most of the day, so that a person wakes it first."""
        return self.environment.sleep is not None

    @property
    def shows_the_board(self) -> bool:
        """Return whether its pipeline publishes the board of all environments. The last does."""
        return self.before is not None and not self.after

    def record_before(self, service: str) -> str:
        """Return the file whose lines prove the releases of a service."""
        assert self.before
        return f"{ENVIRONMENTS}/releases/{self.before.name}/{service}.jsonl"

    @property
    def pins_before(self) -> tuple[str, str]:
        """Return the files that prove the releases of a sidecar: the pin, and the records of
        services.
        """
        assert self.before
        name = self.before.name
        return f"{ENVIRONMENTS}/{name}.toml", f"{ENVIRONMENTS}/releases/{name}"

    def repository(self, image: str) -> str:
        """Return the repository of an image in the registry, without its host."""
        return IMAGES[image].repository
