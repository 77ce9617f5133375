"""Patches of a sidecar in which one service is real: Terraform and ECS have its two sides."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from pay.model import Microservice
from rollout.cli import app
from rollout.deployment import patch as module
from rollout.deployment.deploy import Deployed, deploy
from rollout.deployment.patch import Patch, Standing
from rollout.deployment.release_checks import RequestedRelease
from rollout.releases.record import Release, ReleaseVerdict
from tests.conftest import ROOT
from tests.e2e.deployed import SERVICE
from tests.e2e.releases import NO_SMOKE, Releases


@dataclass
class PatchDesk:
    """Patches nginx; all services but the deployed one get it at once."""

    releases: Releases
    monkeypatch: pytest.MonkeyPatch
    done: list[str] = field(default_factory=list)
    """The services that were released, in order."""
    patched: set[str] = field(default_factory=set)

    def patch(self, number: int) -> dict[str, Any]:
        """Run `pay patch sandbox nginx N`, and return its answer."""
        self.monkeypatch.chdir(ROOT)
        real = module._standing

        def standing(patch: Patch, service: Microservice, client: Any) -> Any:
            if service.name == SERVICE:
                return real(patch, service, client)
            asked = RequestedRelease(
                patch.folder, patch.environment, service, 1, "me", patch="nginx"
            )
            return Standing(asked, (212,), is_done=service.name in self.patched), ()

        command = ["patch", "sandbox", "nginx", str(number), *NO_SMOKE, "--json"]
        with self.monkeypatch.context() as fakes:
            fakes.setattr(module, "_standing", standing)
            fakes.setattr(module, "deploy", self._deploy)
            ended = CliRunner().invoke(app, command, env=self.releases.variables)
        answer: dict[str, Any] = json.loads(ended.stdout)
        assert ended.exit_code == bool(answer["stopped_at"])
        return answer

    def _deploy(self, asked: RequestedRelease, *arguments: Any, **options: Any) -> Any:
        self.done.append(asked.service.name)
        if asked.service.name == SERVICE:
            return deploy(asked, *arguments, **options)
        self.patched.add(asked.service.name)
        return Deployed(asked, _good(asked), asked.folder, {}, is_everywhere=True)


def _good(asked: RequestedRelease) -> Release:
    at = datetime(2026, 11, 26, tzinfo=UTC)
    return Release(
        at=at, by="me", release=1, digests={}, verdict=ReleaseVerdict.GOOD, patch="nginx", plans="0"
    )
