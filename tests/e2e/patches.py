"""Patches of a sidecar in which one service is real: Terraform and ECS have its two sides."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from pay.catalogue import IMAGES
from pay.environments.load import load_environment
from pay.model import Microservice
from rollout.aws.clients import asking
from rollout.deployment import patch as module
from rollout.deployment.deploy import Deployed, deploy
from rollout.deployment.patch import Patch, Patched, Standing, look, run_waves
from rollout.deployment.release_checks import Asked
from rollout.images.copy import open_repository
from rollout.images.pins import pin_of, write_pin
from rollout.locks.environment_locks import locked
from rollout.releases.record import Release, ReleaseVerdict
from rollout.terminal.arguments import now
from tests.conftest import ROOT
from tests.e2e.deployed import SERVICE
from tests.e2e.releases import Releases


@dataclass
class PatchDesk:
    """Patches nginx; all services but the deployed one get it at once."""

    releases: Releases
    monkeypatch: pytest.MonkeyPatch
    done: list[str] = field(default_factory=list)
    """The services that were released, in order."""
    patched: set[str] = field(default_factory=set)

    def patch(self, number: int) -> Patched:
        """Patch as `pay patch sandbox nginx N` does."""
        for name, value in self.releases.variables.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.chdir(ROOT)
        environment = load_environment(self.releases.folder / "sandbox.toml")
        real = module._standing

        def standing(patch: Patch, service: Microservice, client: Any) -> Any:
            if service.name == SERVICE:
                return real(patch, service, client)
            asked = Asked(patch.folder, patch.environment, service, 1, "me", patch="nginx")
            return Standing(asked, (212,), is_done=service.name in self.patched), ()

        with self.monkeypatch.context() as fakes, asking(environment) as client:
            fakes.setattr(module, "_standing", standing)
            fakes.setattr(module, "deploy", self._deploy)
            pin = pin_of(open_repository(environment, IMAGES["nginx"], client), number)
            pins = {**environment.sidecars, "nginx": pin}
            pinned = environment.model_copy(update={"sidecars": pins})
            asked = Patch(self.releases.folder, pinned, "nginx", "me", without_smoke="not here")
            with locked([environment], "pay patch", "me") as check:
                standings = look(asked, client)
                file = write_pin(asked.folder, environment.name, "nginx", pin)
                return run_waves(asked, standings, file, client, check, now)

    def _deploy(self, asked: Asked, *arguments: Any, **options: Any) -> Any:
        self.done.append(asked.service.name)
        if asked.service.name == SERVICE:
            return deploy(asked, *arguments, **options)
        self.patched.add(asked.service.name)
        return Deployed(asked, _good(asked), asked.folder, {}, is_everywhere=True)


def _good(asked: Asked) -> Release:
    at = datetime(2026, 11, 26, tzinfo=UTC)
    return Release(
        at=at, by="me", release=1, digests={}, verdict=ReleaseVerdict.GOOD, patch="nginx", plans="0"
    )
