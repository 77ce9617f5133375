"""What a deployment leaves behind when it does not go well, without Terraform and AWS."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Microservice, Side, Stage
from pay.model.environment.images import Pin
from pay.model.service.migrations import Contraction, Migrations
from pay.model.side import ServiceSide
from pay.model.smoke import SmokeScenario, ThirdParty
from pay.model.stacks import TASKS
from rollout.deployment import deploy as module
from rollout.deployment.deploy import Deployed, deploy
from rollout.deployment.read_back import NotRunning, PrimaryDeployment
from rollout.deployment.release_checks import RequestedRelease
from rollout.locks.holding import LockLost
from rollout.releases.record import ReleaseVerdict, read_releases
from rollout.releases.registry import RegistryImage
from rollout.smoke.verdict import Outcome, ScenarioOutcome, SmokeVerdict, verdict
from rollout.tasks.migrations import Migrated
from rollout.tasks.one_off import EndedTask
from rollout.tasks.record import MigrationRun, append_run
from rollout.terminal.refusal import Failed
from tests.support.plans import at

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CONTAINERS = ("connector", "nginx", "adot")


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def images(number: int) -> dict[str, str]:
    """Return the images of a release; its sidecars stay."""
    numbers = dict.fromkeys(CONTAINERS, 5) | {"connector": number}
    return {name: f"registry/{name}@{digest(each)}" for name, each in numbers.items()}


class Repositories:
    """Has every release of every container."""

    by_container: ClassVar = dict(zip(CONTAINERS, CONTAINERS, strict=True))

    def find(self, _: str, reference: str) -> RegistryImage:
        is_digest = reference.startswith("sha256:")
        number = int(reference[7:], 16) if is_digest else int(reference.partition("-")[0])
        return RegistryImage(digest(number), (f"{number}-release",))

    def accepted(self, _: str, digest: str) -> frozenset[str]:
        return frozenset({digest})


@dataclass
class World:
    """What runs on each side, and how the next steps end."""

    asked: RequestedRelease
    running: dict[Side, int]
    breaks: Callable[[Side, int], None] = lambda _side, _number: None
    """Raises what reading a side back with a release raises."""
    is_lost: Callable[[], bool] = lambda: False
    desired: dict[int, int] = field(default_factory=dict)
    """Release -> how many tasks are wanted while it runs; 2 for others."""
    events: list[str] = field(default_factory=list)
    exit_codes: list[int] = field(default_factory=list)
    """Of the next migrations."""

    def look(self, side: ServiceSide, _: object) -> PrimaryDeployment:
        number = self.running[side.side]
        tasks = self.desired.get(number, 2)
        return PrimaryDeployment(
            f"ecs-svc/{side.side}", "arn", "COMPLETED", tasks, tasks, 0, images(number)
        )

    def plan(
        self,
        asked: RequestedRelease,
        _: Any,
        folder: Path,
        releases: Mapping[Side, Any],
        **options: Any,
    ) -> Any:
        wanted: dict[str, tuple[Side | None, int]] = {
            asked.stack_of(each): (each.side, int(tags["application_image_tag"][7:], 16))
            for each in asked.sides
            if (tags := releases.get(each.side))
        }
        self.events.append("plan" if options.get("is_judged", True) else "plan without the guard")
        if migration := options.get("migration"):
            wanted[TASKS.stack_id(asked.environment.name)] = (None, int(migration[7:], 16))

        def changes(stack: str) -> bool:
            side, number = wanted[stack]
            return side is None or before[side] != number

        before = dict(self.running)
        return SimpleNamespace(
            findings=(), sha256="0", changes=changes, file=lambda stack: wanted[stack]
        )

    def apply(self, _: str, file: Any) -> None:
        side, number = file
        self.events.append(f"apply {side or 'tasks'} {number}")
        if side:
            self.running[side] = number

    def read_back(self, side: ServiceSide, *_: Any) -> PrimaryDeployment:
        self.breaks(side.side, self.running[side.side])
        return self.look(side, None)

    def migrate(
        self, service: Microservice, release: int, *, folder: Path, deploying: bool, **_: Any
    ) -> Migrated:
        assert deploying
        self.events.append(f"migrate {release}")
        code = self.exit_codes.pop(0) if self.exit_codes else 0
        run = MigrationRun(at=NOW, by="me", release=release, task="t", exit_code=code)
        append_run(folder, self.asked.environment.name, service.name, run)
        return Migrated(run, EndedTask("t", service.name, code, "Essential container exited"))

    def check(self) -> None:
        if self.is_lost():
            raise LockLost("the lock is lost")

    def deploy(self, **options: Any) -> Any:
        return deploy(self.asked, lambda _: None, self.check, lambda: NOW, **options)


@pytest.fixture
def world(
    environments: Mapping[str, Environment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., World]:
    def new(
        ec2: int,
        fargate: int,
        number: int = 12,
        migrations: Migrations = Migrations.NONE,
        **changes: Any,
    ) -> World:
        pins = {name: Pin(release=5, digest=digest(5), built=NOW.date()) for name in CONTAINERS[1:]}
        staged = at(environments["test-12"], Stage.CANARY, "connector")
        target = staged.model_copy(update={"sidecars": pins})
        given = {"without_smoke": "not here", **changes}
        service = CATALOGUE["connector"].model_copy(update={"migrations": migrations})
        asked = RequestedRelease(tmp_path, target, service, number, "me", **given)
        made = World(asked, {Side.EC2: ec2, Side.FARGATE: fargate})
        fakes = {
            "settled": made.look,
            "primary": made.look,
            "plan_release": made.plan,
            "require_running": made.read_back,
            "revision": lambda *_: "arn",
            "migrate": made.migrate,
            "synthesise": lambda *_, **__: None,
            "ServiceRepositories": lambda *_: Repositories(),
            "Terraform": lambda out: SimpleNamespace(out=out, apply=made.apply),
        }
        for name, fake in fakes.items():
            monkeypatch.setattr(module, name, fake)
        return made

    return new


def fails(number: int, error: BaseException, side: Side = Side.EC2) -> Callable[[Side, int], None]:
    def check(read: Side, running: int) -> None:
        if (read, running) == (side, number):
            raise error

    return check


def verdicts(world: World) -> list[ReleaseVerdict]:
    folder, name = world.asked.folder, world.asked.environment.name
    return [each.verdict for each in read_releases(folder, name, "connector", now=NOW)]


def test_both_sides_end_on_the_release(world: Callable[..., World]) -> None:
    here = world(11, 11)
    ended = here.deploy()
    assert isinstance(ended, Deployed)
    assert here.running == {Side.EC2: 12, Side.FARGATE: 12}
    assert here.events == ["plan", "apply fargate 12", "apply ec2 12"]
    assert verdicts(here) == [ReleaseVerdict.NOT_KNOWN]


@pytest.mark.parametrize(
    "error", [NotRunning("no"), KeyboardInterrupt(), KeyError("tasks"), OSError("disk full")]
)
def test_whatever_goes_wrong_puts_every_side_back(
    world: Callable[..., World], error: BaseException
) -> None:
    here = world(11, 11)
    here.breaks = fails(12, error)
    assert here.deploy().is_bad
    assert here.running == {Side.EC2: 11, Side.FARGATE: 11}
    assert verdicts(here) == [ReleaseVerdict.BAD]


@pytest.mark.parametrize(
    ("third_party", "ends", "shown"),
    [(ThirdParty.WORLDPAY, 12, ReleaseVerdict.NOT_KNOWN), (None, 11, ReleaseVerdict.BAD)],
)
def test_a_third_party_that_is_down_puts_no_release_back_and_proves_none(
    world: Callable[..., World], third_party: ThirdParty | None, ends: int, shown: ReleaseVerdict
) -> None:
    here = world(11, 11, without_smoke=None)

    def smoke(
        environment: Environment, side: Side, scenarios: Collection[SmokeScenario], **_: Any
    ) -> SmokeVerdict:
        first, *others = (each.name for each in scenarios)
        unknown = ScenarioOutcome(
            scenario=first, outcome=Outcome.NOT_KNOWN, reason="503", third_party=third_party
        )
        passed = (ScenarioOutcome(scenario=each, outcome=Outcome.PASSED) for each in others)
        return verdict(environment.name, side, NOW, [unknown, *passed])

    here.deploy(smoke=smoke)
    assert here.running == {Side.EC2: ends, Side.FARGATE: ends}
    assert verdicts(here) == [shown]


@pytest.mark.parametrize("failing", list(Side))
def test_a_side_that_a_killed_run_left_on_the_release_goes_back_with_the_other(
    world: Callable[..., World], failing: Side
) -> None:
    """Nothing was planned for it: it runs the bad release all the same."""
    here = world(11, 12)
    here.breaks = fails(12, NotRunning("no"), failing)
    assert here.deploy().is_bad
    assert here.running == {Side.EC2: 11, Side.FARGATE: 11}


def test_the_same_release_again_has_nothing_older_to_go_back_to(
    world: Callable[..., World],
) -> None:
    here = world(12, 12)
    seen = iter([NotRunning("a smoke test")])

    def fails_once(*_: object) -> None:
        if error := next(seen, None):
            raise error

    here.breaks = fails_once
    assert here.deploy().is_bad
    assert here.running == {Side.EC2: 12, Side.FARGATE: 12}


@pytest.mark.parametrize(("lost_at", "running"), [(1, 11), (2, 11), (3, 12)])
def test_a_lost_lock_changes_nothing_more_and_proves_nothing(
    world: Callable[..., World], lost_at: int, running: int
) -> None:
    """Another command may have changed what was read back before the verdict."""
    here = world(11, 11)
    checks = iter(range(1, 9))
    here.is_lost = lambda: next(checks) >= lost_at
    with pytest.raises(LockLost):
        here.deploy()
    assert here.running[Side.EC2] == running
    assert verdicts(here) == []


def test_a_rollback_asks_neither_the_guard_nor_for_the_records(
    world: Callable[..., World],
) -> None:
    here = world(11, 12, 11, is_rollback=True, without_smoke=None)
    here.deploy()
    assert here.events == ["plan without the guard", "apply fargate 11"]
    assert here.running == {Side.EC2: 11, Side.FARGATE: 11}


MIGRATES = ["apply tasks 12", "migrate 12"]
SIDES = ["apply fargate 12", "apply ec2 12"]


@pytest.mark.parametrize(
    ("migrations", "events"),
    [(Migrations.BEFORE, [*MIGRATES, *SIDES]), (Migrations.AFTER, [*SIDES, *MIGRATES])],
)
def test_a_migration_runs_once_where_the_catalogue_says(
    world: Callable[..., World], migrations: Migrations, events: list[str]
) -> None:
    here = world(11, 11, migrations=migrations)
    assert not here.deploy().is_bad
    assert here.events == ["plan", *events]
    again = world(12, 12, migrations=migrations)
    assert not again.deploy().is_bad
    assert again.events == ["plan"]


def test_a_failed_migration_before_the_sides_changes_no_side(world: Callable[..., World]) -> None:
    here = world(11, 11, migrations=Migrations.BEFORE)
    here.exit_codes = [1]
    ended = here.deploy()
    assert (ended.is_bad, ended.is_everywhere) == (True, False)
    assert ended.entry.because.startswith("the migration failed: connector ended with exit code 1")
    assert here.running == {Side.EC2: 11, Side.FARGATE: 11}


def test_a_failed_migration_after_the_sides_leaves_them_and_is_run_again(
    world: Callable[..., World],
) -> None:
    """The release works with the database of before; what is half changed may not suit the old."""
    here = world(11, 11, migrations=Migrations.AFTER)
    here.exit_codes = [1]
    ended = here.deploy()
    assert (ended.is_bad, ended.is_everywhere) == (True, True)
    assert here.running == {Side.EC2: 12, Side.FARGATE: 12}
    assert not world(12, 12, migrations=Migrations.AFTER).deploy().is_bad
    assert verdicts(here) == [ReleaseVerdict.BAD, ReleaseVerdict.NOT_KNOWN]


@pytest.mark.parametrize(("contracts_at", "ends"), [(12, 12), (11, 11)])
def test_what_a_migration_took_away_is_not_put_back(
    world: Callable[..., World], contracts_at: int, ends: int
) -> None:
    """The old images need it: on the new ones at least somebody can look."""
    here = world(11, 11, migrations=Migrations.BEFORE)
    contraction = Contraction(release=contracts_at, because="the column `charge_type` is gone")
    service = here.asked.service.model_copy(update={"contractions": (contraction,)})
    here.asked = replace(here.asked, service=service)
    here.breaks = fails(12, NotRunning("no"))
    if contracts_at == 12:
        with pytest.raises(Failed, match=r"`charge_type` is gone; go back to 12 or later"):
            here.deploy()
    else:
        here.deploy()
    assert here.running == {Side.EC2: ends, Side.FARGATE: ends}
    assert verdicts(here) == [ReleaseVerdict.BAD]


def test_a_side_whose_tasks_went_meanwhile_is_no_success(world: Callable[..., World]) -> None:
    here = world(11, 11)
    here.desired = {12: 0}
    assert here.deploy().is_bad
    assert here.running == {Side.EC2: 11, Side.FARGATE: 11}


def test_a_bad_release_is_not_migrated(world: Callable[..., World]) -> None:
    here = world(11, 11, migrations=Migrations.AFTER)
    here.breaks = fails(12, NotRunning("no"))
    assert here.deploy().is_bad
    assert "migrate 12" not in here.events


def test_neither_a_rollback_nor_an_environment_without_tasks_migrates(
    world: Callable[..., World], capsys: pytest.CaptureFixture[str]
) -> None:
    back = world(11, 12, 11, migrations=Migrations.AFTER, is_rollback=True)
    back.deploy()
    without = world(11, 11, migrations=Migrations.AFTER)
    target = without.asked.environment.model_copy(update={"tasks": None})
    without.asked = replace(without.asked, environment=target)
    without.deploy()
    assert (back.events[1:], without.events[1:]) == (["apply fargate 11"], SIDES)
    assert "has no table [tasks]" in capsys.readouterr().err
