"""What stands against a release, all at once, and what does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pay.catalogue import CATALOGUE
from pay.model import Environment, Side, Stage
from pay.model.environment.images import Pin
from pay.model.problem import InvalidInput
from pay.model.service.migrations import Contraction
from rollout.deployment.read_back import PrimaryDeployment
from rollout.deployment.release_checks import Examined, RequestedRelease, examine
from rollout.deployment.release_plans import variables
from rollout.releases.record import Release, ReleaseVerdict, append_release, releases_path
from rollout.releases.registry import RegistryImage
from rollout.tasks.record import MigrationRun, append_run
from tests.support.plans import at

SERVICE = CATALOGUE["connector"]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def digest(container: str, number: int) -> str:
    return f"sha256:{number:x}{container.encode().hex()}".ljust(71, "0")


@dataclass(frozen=True)
class Registry:
    """Has releases of every container by number."""

    numbers: Mapping[str, set[int]]
    by_container: ClassVar = {"connector": "govukpay/connector", "nginx": "n", "adot": "a"}

    def find(self, container: str, reference: str) -> RegistryImage | None:
        for number in self.numbers.get(container, ()):
            image = RegistryImage(digest(container, number), (f"{number}-release",))
            if reference in (image.digest, *image.tags):
                return image
        return None


EVERYTHING = Registry({name: set(range(1, 120)) for name in ("connector", "nginx", "adot")})


def runs(connector: int, nginx: int = 5, adot: int = 5, **changes: Any) -> PrimaryDeployment:
    numbers = {"connector": connector, "nginx": nginx, "adot": adot}
    images = {name: f"registry/{name}@{digest(name, n)}" for name, n in numbers.items()}
    values: dict[str, Any] = {
        "id": "ecs-svc/1",
        "task_definition": "arn",
        "rollout_state": "COMPLETED",
        "desired": 2,
        "running": 2,
        "failed": 0,
        "images": images,
    }
    return PrimaryDeployment(**{**values, **changes})


Ask = Callable[..., RequestedRelease]


@pytest.fixture
def ask(environments: Mapping[str, Environment], tmp_path: Path) -> Ask:
    def asked(number: int, environment: str = "test-12", **changes: Any) -> RequestedRelease:
        pins = {
            name: Pin(release=5, digest=digest(name, 5), built=NOW.date())
            for name in ("nginx", "adot")
        }
        staged = at(environments[environment], Stage.CANARY, "connector")
        target = staged.model_copy(update={"sidecars": pins})
        given: dict[str, Any] = {"without_smoke": "no stack of smoke tests yet", **changes}
        return RequestedRelease(tmp_path, target, SERVICE, number, "release-engineer", **given)

    return asked


def record(asked: RequestedRelease, environment: str, number: int, **changes: Any) -> None:
    entry = Release(
        at=NOW,
        by="release-engineer",
        release=number,
        digests={"connector": digest("connector", number)},
        verdict=ReleaseVerdict.GOOD,
        plans="0",
    )
    changed = Release.model_validate({**entry.model_dump(by_alias=False), **changes})
    append_release(asked.folder, environment, "connector", changed)


def examined(
    asked: RequestedRelease,
    ec2: PrimaryDeployment | None,
    fargate: PrimaryDeployment | None,
    registry: Any = EVERYTHING,
) -> Examined:
    return examine(asked, registry, {Side.EC2: ec2, Side.FARGATE: fargate})


def gates(examined: Examined) -> list[str]:
    return [finding.gate for finding in examined.findings]


def test_a_newer_release_has_nothing_against_it(ask: Ask) -> None:
    found = examined(ask(12), runs(11), runs(11))
    assert found.findings == ()
    assert found.before == 11
    assert found.digests == {
        "connector": digest("connector", 12),
        "nginx": digest("nginx", 5),
        "adot": digest("adot", 5),
    }


def test_a_patch_changes_one_sidecar_and_asks_for_no_proof_of_what_runs(ask: Ask) -> None:
    """Another pin, or another release in the environment before, is not its business."""
    asked = ask(11, "staging-2", patch="nginx")
    found = examined(asked, runs(11, nginx=4, adot=4), runs(11, nginx=4, adot=4))
    assert gates(found) == []
    assert found.digests["nginx"] == digest("nginx", 5)
    assert found.digests["adot"] == digest("adot", 4)
    assert gates(examined(ask(11, "staging-2"), runs(11), runs(11))) == ["proof"]


def test_a_patch_to_an_older_sidecar_names_the_way_back(ask: Ask) -> None:
    [finding] = examined(ask(11, patch="nginx"), runs(11, nginx=6), None).findings[-1:]
    assert finding.fix == "patch to 6 or newer; to go back: pay patch test-12 nginx 5 --rollback"


def test_a_side_that_wants_no_task_proves_nothing(ask: Ask) -> None:
    """It may be asleep, or somebody took it down: a rollback does not ask."""
    asleep = runs(11, desired=0, running=0)
    assert gates(examined(ask(12), runs(11), asleep)) == ["sides"]
    assert examined(ask(11, is_rollback=True), runs(12), asleep).findings == ()


def test_the_side_with_less_traffic_comes_first(ask: Ask) -> None:
    assert [side.side for side in ask(12).sides] == [Side.FARGATE, Side.EC2]
    asked = ask(12)
    moved = replace(asked, environment=at(asked.environment, Stage.CUTOVER, "connector"))
    assert [side.side for side in moved.sides] == [Side.EC2, Side.FARGATE]
    alone = replace(asked, environment=at(asked.environment, Stage.LEGACY, "connector"))
    assert [side.side for side in alone.sides] == [Side.EC2]


def test_the_same_release_again_is_allowed_and_so_one_side_behind(ask: Ask) -> None:
    """A run that was killed between the sides is run again."""
    assert gates(examined(ask(12), runs(11), runs(12))) == []
    assert gates(examined(ask(12), runs(12), runs(12))) == []


def test_an_older_release_is_refused_by_number_on_every_side_that_is_newer(ask: Ask) -> None:
    """As texts, `99` would be newer than `100`."""
    found = examined(ask(99), runs(100), runs(100))
    assert gates(found) == ["order", "order"]
    assert "connector 100, which is newer than 99" in found.findings[0].reason
    assert gates(examined(ask(99), runs(98), runs(100))) == ["order"]


def test_both_sides_end_on_the_pinned_sidecars(ask: Ask) -> None:
    found = examined(ask(12), runs(11, nginx=4), runs(11, nginx=5, adot=4))
    assert found.findings == ()
    assert found.digests["nginx"] == digest("nginx", 5)


def test_a_sidecar_that_is_older_than_what_runs_is_refused(ask: Ask) -> None:
    found = examined(ask(12), runs(11, nginx=100), runs(11))
    assert gates(found) == ["order"]
    assert "the ec2 side runs nginx 100, which is newer than 5" in found.findings[0].reason


def test_a_rollback_to_a_release_that_ran_here_asks_for_nothing_else(ask: Ask) -> None:
    asked = ask(10, is_rollback=True, without_smoke=None)
    frozen = asked.environment.model_copy(
        update={"frozen": "a change freeze", "follows": "test-12"}
    )
    asked = replace(asked, environment=frozen)
    record(asked, "test-12", 10)
    assert examined(asked, runs(11), runs(11)).findings == ()


def test_the_release_before_the_first_line_may_be_rolled_back_to(ask: Ask) -> None:
    asked = ask(10, is_rollback=True)
    record(asked, "test-12", 11, before=10)
    assert examined(asked, runs(11), runs(11)).findings == ()


@pytest.mark.parametrize("content", [b"{\n", b"\xff\xfe\x00", b'{"release": 10}\n'])
def test_a_record_that_cannot_be_read_blocks_no_rollback(ask: Ask, content: bytes) -> None:
    """Who goes back has no time to repair a file; who goes forward needs the order."""
    asked = ask(10, is_rollback=True)
    record(asked, "test-12", 11)
    with releases_path(asked.folder, "test-12", "connector").open("ab") as file:
        file.write(content)
    found = examined(asked, runs(11), runs(11))
    assert (found.findings, found.digests["connector"]) == ((), digest("connector", 10))
    with pytest.raises(InvalidInput):
        examined(replace(asked, number=12, is_rollback=False), runs(11), runs(11))


def test_a_rollback_to_a_release_that_never_ran_here_is_refused(ask: Ask) -> None:
    asked = ask(9, is_rollback=True)
    record(asked, "test-12", 9, verdict="bad")
    record(asked, "test-12", 10)
    found = examined(asked, runs(11), runs(11))
    assert gates(found) == ["rollback"]
    assert found.findings[0].fix == "choose one that ran: 10"


def test_a_rollback_finds_the_image_by_its_digest_when_the_tag_has_gone(ask: Ask) -> None:
    class Untagged(Registry):
        def find(self, container: str, reference: str) -> RegistryImage | None:
            is_digest = reference.startswith("sha256:")
            return super().find(container, reference) if is_digest else None

    asked = ask(10, is_rollback=True)
    record(asked, "test-12", 10)
    found = examined(asked, runs(11), runs(11), Untagged(EVERYTHING.numbers))
    assert (found.findings, found.digests["connector"]) == ((), digest("connector", 10))


def test_a_rollback_takes_the_very_image_that_ran_here(ask: Ask) -> None:
    """Its tag was moved since; a deployment is refused, and a way back is not."""
    asked = ask(10, is_rollback=True)
    record(asked, "test-12", 10, digests={"connector": digest("connector", 7)})
    found = examined(asked, runs(11), runs(11))
    assert (found.findings, found.digests["connector"]) == ((), digest("connector", 7))


@pytest.mark.parametrize("number", [10, 11])
def test_what_runs_on_one_side_may_be_rolled_back_to_without_a_record(
    ask: Ask, number: int
) -> None:
    """The first deployment was killed between the sides: nothing is recorded."""
    asked = ask(number, is_rollback=True)
    assert examined(asked, runs(10), runs(11)).findings == ()
    assert gates(examined(ask(9, is_rollback=True), runs(10), runs(11))) == ["rollback"]


def test_a_rollback_replaces_a_deployment_that_does_not_come_to_its_end(ask: Ask) -> None:
    stuck = runs(11, rollout_state="IN_PROGRESS")
    assert examined(ask(10, is_rollback=True), runs(10), stuck).findings == ()
    assert gates(examined(ask(12), runs(10), stuck)) == ["sides"]


def test_a_rollback_keeps_a_sidecar_whose_pinned_image_is_not_there(ask: Ask) -> None:
    registry = Registry({**EVERYTHING.numbers, "nginx": {4}})
    found = examined(ask(10, is_rollback=True), runs(10, nginx=4), runs(11), registry)
    assert (found.findings, found.digests["nginx"]) == ((), digest("nginx", 4))


@pytest.mark.parametrize("running", [4, 6])
def test_a_rollback_keeps_the_sidecars_that_run(ask: Ask, running: int) -> None:
    """A pin that a patch has not brought here is a release without a smoke test."""
    there = runs(11, nginx=running)
    found = examined(ask(10, is_rollback=True), runs(10, nginx=running), there)
    assert (found.findings, found.digests["nginx"]) == ((), digest("nginx", running))
    gone = Registry({**EVERYTHING.numbers, "nginx": {5}})
    found = examined(ask(10, is_rollback=True), runs(10, nginx=running), there, gone)
    assert (found.findings, found.digests["nginx"]) == ((), digest("nginx", 5))


@pytest.mark.parametrize(
    ("ec2", "fargate", "refused"),
    [(4, 4, ["rollback"]), (4, 5, []), (5, 5, []), (6, 6, []), (6, 4, [])],
)
def test_a_rollback_of_a_sidecar_goes_back(
    ask: Ask, ec2: int, fargate: int, refused: list[str]
) -> None:
    """It waits for no proof and no smoke test, so that it is no way to go forward."""
    asked = ask(11, patch="nginx", is_rollback=True)
    found = examined(asked, runs(11, nginx=ec2), runs(11, nginx=fargate))
    assert gates(found) == refused
    if refused:
        assert "nginx 4 runs, and 5 never ran" in found.findings[0].reason


@pytest.mark.parametrize(
    ("verdict", "refused"),
    [(ReleaseVerdict.GOOD, []), (ReleaseVerdict.NOT_KNOWN, []), (ReleaseVerdict.BAD, [True])],
)
def test_a_sidecar_that_ran_here_may_come_back(
    ask: Ask, verdict: ReleaseVerdict, refused: list[bool]
) -> None:
    asked = ask(11, patch="nginx", is_rollback=True)
    ran = {"nginx": digest("nginx", 5)}
    record(asked, "test-12", 11, patch="nginx", digests=ran, verdict=verdict)
    found = examined(asked, runs(11, nginx=4), runs(11, nginx=4))
    assert [each == "rollback" for each in gates(found)] == refused


@pytest.mark.parametrize(("ec2", "refused"), [(12, ["contraction"]), (10, [])])
def test_no_rollback_passes_a_migration_that_took_something_away(
    ask: Ask, ec2: int, refused: list[str]
) -> None:
    """The newest release that runs counts, on whichever side."""
    contraction = Contraction(release=11, because="drops the column gateway_name")
    service = SERVICE.model_copy(update={"contractions": (contraction,)})
    asked = replace(ask(10, is_rollback=True), service=service)
    ran = MigrationRun(at=NOW, by="a", release=11, task="t", exit_code=0)
    append_run(asked.folder, "test-12", "connector", ran)
    assert gates(examined(asked, runs(ec2), runs(10))) == refused


def test_every_reason_is_said_at_once(ask: Ask) -> None:
    asked = ask(200, "staging-2", without_smoke=None)
    frozen = asked.environment.model_copy(update={"frozen": "a change freeze", "smoke": None})
    asked = replace(asked, environment=frozen)
    found = examined(asked, None, runs(201, rollout_state="IN_PROGRESS"))
    assert sorted(gates(found)) == sorted(
        ["sides", "sides", "frozen", "smoke", "smoke", "image", "proof"]
    )
    assert "staging" not in next(f.fix for f in found.findings if f.gate == "proof")


def test_a_pinned_sidecar_that_is_not_there_is_refused(ask: Ask) -> None:
    registry = Registry({**EVERYTHING.numbers, "nginx": set()})
    found = examined(ask(12), runs(11), runs(11), registry)
    assert gates(found) == ["image"]
    assert "test-12.toml pins n@sha256:" in found.findings[0].reason


def test_a_release_that_is_another_image_than_ran_here_is_refused(ask: Ask) -> None:
    asked = ask(12)
    record(asked, "test-12", 12, digests={"connector": digest("connector", 7)})
    assert gates(examined(asked, runs(11), runs(11))) == ["image"]


@pytest.mark.parametrize(
    ("verdict", "number", "refused"),
    [
        ("good", 12, []),
        ("bad", 12, ["proof"]),
        ("not known", 12, ["proof"]),
        ("good", 7, ["proof"]),
    ],
)
def test_a_release_is_proved_by_the_environment_before(
    ask: Ask, verdict: str, number: int, refused: list[str]
) -> None:
    asked = ask(12, "staging-2")
    proved = {"verdict": verdict, "digests": {"connector": digest("connector", number)}}
    record(asked, "test-12", 12, **proved)
    assert gates(examined(asked, runs(11), runs(11))) == refused


def test_what_runs_under_another_tag_is_not_compared(ask: Ask) -> None:
    """The first release after an adoption."""
    images = {name: f"registry/{name}:1-sandbox" for name in ("connector", "nginx", "adot")}

    class Tagged(Registry):
        def find(self, container: str, reference: str) -> RegistryImage | None:
            if reference == "1-sandbox":
                return RegistryImage(digest(container, 1), ("1-sandbox",))
            return super().find(container, reference)

    running = runs(1, images=images)
    found = examined(ask(12), running, running, Tagged(EVERYTHING.numbers))
    assert (found.findings, found.before) == ((), None)


def test_a_digest_is_passed_to_terraform_as_it_is(ask: Ask) -> None:
    asked = ask(12)
    digests = examined(asked, runs(11), runs(11)).digests
    assert variables(asked, digests) == {
        "application_image_tag": digest("connector", 12),
        "nginx_image_tag": digest("nginx", 5),
        "adot_image_tag": digest("adot", 5),
    }
