"""A sidecar's release comes to all services in waves, ends at the first failure, and goes on."""

import tomllib
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment
from pay.model.environment.images import Pin
from pay.model.side import ServiceSide
from rollout.deployment import patch as module
from rollout.deployment.deploy import Deployed
from rollout.deployment.patch import Patch, Patched, look, run_waves, waves
from rollout.deployment.read_back import PrimaryDeployment
from rollout.deployment.release_checks import RequestedRelease
from rollout.images.pins import write_pin
from rollout.releases.record import Release, ReleaseVerdict, append_release, read_releases
from rollout.releases.registry import RegistryImage
from rollout.sleep import sleeping
from rollout.terminal.refusal import Failed, Finding, Refused
from tests.support.checkout import Checkout, Pay

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OLD, NEW = 212, 213
NO_SMOKE = ("--without-smoke", "not here")
WAVES = (
    ("toolbox",),
    ("frontend", "products-ui"),
    ("cardid", "ledger", "publicauth"),
    ("adminusers", "connector", "webhooks"),
    ("publicapi",),
    ("products",),
    ("selfservice",),
)
SERVICES = tuple(chain(*WAVES))


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def pin(number: int) -> Pin:
    return Pin(release=number, digest=digest(number), built=date(2026, 11, 25))


@dataclass(frozen=True)
class Repositories:
    """Has every release of every container."""

    ecr: Any
    service: Any
    by_container: ClassVar = dict.fromkeys((*CATALOGUE, "nginx", "adot"), "repository")

    def find(self, _: str, reference: str) -> RegistryImage:
        is_digest = reference.startswith("sha256:")
        number = int(reference[7:], 16) if is_digest else int(reference.partition("-")[0])
        return RegistryImage(digest(number), (f"{number}-release",))


@dataclass
class World:
    """What runs, and which services a release breaks."""

    patch: Patch
    file: Path
    nginx: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, OLD))
    own: dict[str, tuple[int, ...]] = field(default_factory=lambda: dict.fromkeys(SERVICES, (7, 7)))
    """The service's own release on each of its sides, that with less traffic first."""
    broken: dict[str, Any] = field(default_factory=dict)
    """Service -> what its release ends with: an exception, or the reason why it is bad."""
    released: list[str] = field(default_factory=list)

    def primary(self, side: ServiceSide, _: object) -> PrimaryDeployment:
        name, position = side.service.name, int(side.side == "ec2")
        numbers = {name: self.own[name][position], "nginx": self.nginx[name], "adot": 57}
        images = {each: f"registry/{each}@{digest(number)}" for each, number in numbers.items()}
        return PrimaryDeployment("ecs-svc/1", "arn", "COMPLETED", 2, 2, 0, images)

    def deploy(self, asked: RequestedRelease, *_: Any, **__: Any) -> Deployed:
        name = asked.service.name
        assert (asked.patch, asked.number) == ("nginx", 7)
        pin = asked.environment.sidecars["nginx"]
        assert tomllib.loads(self.file.read_text())["sidecars"]["nginx"]["release"] == pin.release
        self.released.append(name)
        because = self.broken.get(name)
        if isinstance(because, BaseException):
            raise because
        if not because:
            self.nginx[name] = pin.release
        entry = Release(
            at=NOW,
            by="me",
            release=asked.number,
            digests={"nginx": pin.digest},
            verdict=ReleaseVerdict.BAD if because else ReleaseVerdict.GOOD,
            because=because,
            patch=asked.patch,
            plans="0",
        )
        file = append_release(asked.folder, asked.environment.name, name, entry)
        return Deployed(asked, entry, file, {}, is_everywhere=not because)

    def run(self) -> Patched:
        """Patch, as the command does it."""
        standings = look(self.patch, client)
        write_pin(self.patch.folder, "test-12", "nginx", self.patch.pin)
        return run_waves(self.patch, standings, self.file, client, lambda: None, lambda: NOW)


def client(_: str) -> Any:
    return SimpleNamespace()


@pytest.fixture
def world(
    environments: Mapping[str, Environment],
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    pins = {"nginx": pin(NEW), "adot": pin(57)}
    pinned = environments["test-12"].model_copy(update={"sidecars": pins})
    patch = Patch(checkout.folder, pinned, "nginx", "me", without_smoke="not here")
    made = World(patch, checkout.folder / "test-12.toml")
    monkeypatch.setattr(module, "primary", made.primary)
    monkeypatch.setattr(module, "deploy", made.deploy)
    monkeypatch.setattr(module, "ServiceRepositories", Repositories)
    return made


def test_the_waves_begin_where_no_payer_is_and_follow_the_calls(world: World) -> None:
    assert world.patch.waves == WAVES
    assert waves(["connector", "toolbox", "ledger"]) == (("toolbox",), ("ledger",), ("connector",))


def test_every_service_gets_it_once_and_its_line_proves_it(world: World) -> None:
    ended = world.run()
    assert (ended.ran, ended.stopped_at, ended.left) == (SERVICES, None, ())
    assert world.released == [*SERVICES]
    assert world.run().ran == SERVICES
    assert world.released == [*SERVICES], "nothing is done again"


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        ("the smoke tests of the fargate side: FAILED", "FAILED"),
        (Refused("patching", [Finding("guard", "a plan has more", "plan it first")]), "plan it"),
        (Failed("the lock of test-12 is lost"), "is lost"),
    ],
)
def test_a_failure_in_the_third_wave_ends_it_and_it_goes_on_there(
    world: World, failure: Any, says: str
) -> None:
    world.broken["ledger"] = failure
    ended = world.run()
    before = ("toolbox", "frontend", "products-ui", "cardid")
    assert (ended.ran, ended.stopped_at) == (before, "ledger")
    assert says in str(ended.because)
    assert ended.left == SERVICES[5:]
    assert {world.nginx[name] for name in ended.left} == {OLD}

    world.broken.clear()
    world.released.clear()
    assert world.run().ran == SERVICES
    assert world.released == [*SERVICES[4:]]


def test_a_killed_patch_goes_on_and_tries_what_was_not_recorded(world: World) -> None:
    world.broken["publicauth"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        world.run()
    world.broken.clear()
    world.released.clear()
    world.nginx["publicauth"] = NEW  # Terraform had applied it
    assert world.run().ran == SERVICES
    assert world.released == [*SERVICES[5:]]


def test_a_service_that_could_not_be_put_back_is_not_done(world: World) -> None:
    """Its sides run the digest, which its smoke tests failed."""
    world.broken["ledger"] = "a smoke test"
    world.run()
    world.nginx["ledger"] = NEW
    world.broken.clear()
    world.released.clear()
    assert world.run().ran == SERVICES
    assert world.released[0] == "ledger"


def test_what_stands_against_it_is_said_at_once_and_nothing_is_written(world: World) -> None:
    before = world.file.read_bytes()
    world.own["ledger"] = (8, 7)
    world.nginx |= {"connector": 214, "products": 214}
    world.patch = replace(world.patch, without_smoke=None)
    with pytest.raises(Refused) as refused:
        world.run()
    reasons = {finding.gate: finding.reason for finding in refused.value.findings}
    assert reasons["release"].startswith("ledger: it runs 7 and 8, not one release")
    assert "connector, products: the " in reasons["order"]
    assert "nginx 214, which is newer than 213" in reasons["order"]
    assert world.file.read_bytes() == before
    assert world.released == []


def test_the_environment_before_has_to_show_that_it_ran_well(
    world: World, environments: Mapping[str, Environment]
) -> None:
    world.patch = replace(
        world.patch, environment=world.patch.environment.model_copy(update={"follows": "staging-2"})
    )
    with pytest.raises(Refused) as refused:
        look(world.patch, client)
    assert [each.gate for each in refused.value.findings] == ["proof"]
    with pytest.raises(Refused) as refused:
        look(replace(world.patch, is_rollback=True), client)
    [finding] = refused.value.findings
    assert (finding.gate, "ledger" in finding.reason) == ("rollback", True), "it is no way past it"
    world.nginx = dict.fromkeys(SERVICES, NEW + 1)
    look(replace(world.patch, is_rollback=True), client)
    world.nginx = dict.fromkeys(SERVICES, OLD)
    line = Release(
        at=NOW,
        by="me",
        release=7,
        digests={"nginx": digest(NEW)},
        verdict=ReleaseVerdict.GOOD,
        patch="nginx",
        plans="0",
    )
    append_release(world.patch.folder, "staging-2", "toolbox", line)
    look(world.patch, client)

    # A service's own bad release says nothing about the sidecar; its bad patch does.
    bad = line.model_copy(update={"verdict": ReleaseVerdict.BAD, "because": "a smoke test"})
    own = bad.model_copy(update={"patch": None})
    append_release(world.patch.folder, "staging-2", "connector", own)
    look(world.patch, client)
    append_release(world.patch.folder, "staging-2", "ledger", bad)
    with pytest.raises(Refused) as refused:
        look(world.patch, client)
    [finding] = refused.value.findings
    assert finding.reason == "nginx 213 ended bad in staging-2: ledger"
    append_release(world.patch.folder, "staging-2", "ledger", line)
    look(world.patch, client)


def test_an_environment_that_sleeps_is_woken_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.file.read_bytes()
    monkeypatch.setattr(sleeping, "sleeping_services", lambda *_: ("toolbox ec2", "ledger ec2"))
    with pytest.raises(Refused) as refused:
        world.run()
    [finding] = refused.value.findings
    assert (finding.gate, finding.fix) == (
        "asleep",
        "wake it on purpose: pay wake test-12 --for 2h",
    )
    assert world.file.read_bytes() == before


@pytest.fixture
def command(world: World, pay: Pay, monkeypatch: pytest.MonkeyPatch) -> Pay:
    """Runs `pay patch test-12 nginx`; only the account is not there."""
    desk = import_module("rollout.cli.patch")
    monkeypatch.setattr(desk, "asking", lambda _: nullcontext(client))
    monkeypatch.setattr(desk, "locked", lambda *_, **__: nullcontext(lambda: None))
    monkeypatch.setattr(desk, "open_repository", lambda *_: None)
    monkeypatch.setattr(desk, "pin_of", lambda _, number: pin(number))
    return partial(pay, "patch", "test-12", "nginx")


def test_the_command_shows_the_waves_patches_and_goes_back(world: World, command: Pay) -> None:
    before = world.file.read_bytes()
    shown = command(str(NEW), "--dry-run", *NO_SMOKE)
    assert shown.exit_code == 0, shown.output
    assert f"{OLD} -> {NEW}" in shown.stdout
    assert (world.released, world.file.read_bytes()) == ([], before)

    patched = command(str(NEW), *NO_SMOKE)
    assert f"nginx {NEW} in test-12: every service runs it, 12 of them." in patched.stdout
    assert world.released == [*SERVICES]
    assert set(world.nginx.values()) == {NEW}

    refused = command(str(OLD), *NO_SMOKE)
    assert (refused.exit_code, "newer than" in refused.stderr) == (1, True)
    back = command(str(OLD), "--rollback")
    assert (back.exit_code, set(world.nginx.values())) == (0, {OLD}), back.output


def test_a_rollback_brings_the_older_one_back(world: World) -> None:
    world.nginx = dict.fromkeys(SERVICES, 214)
    with pytest.raises(Refused):
        look(world.patch, client)
    world.patch = replace(world.patch, is_rollback=True)
    assert world.run().ran == SERVICES
    assert set(world.nginx.values()) == {NEW}
    last = read_releases(world.patch.folder, "test-12", "ledger", now=NOW)[-1]
    assert last.digests["nginx"] == digest(NEW)
