"""A mistake in another environment is a warning: the command does what it does without it."""

import json
from pathlib import Path

import pytest

from pay.model import Environment, Stage
from rollout.cli import COMMANDS
from tests.support.checkout import Checkout, Pay, fresh_checkout
from tests.support.plans import ENVIRONMENT, SERVICE, TRAFFIC, stage_change

ABOUT_ONE = {
    "adopt": (ENVIRONMENT,),
    "asleep": (ENVIRONMENT,),
    "cost": (ENVIRONMENT,),
    "deploy": (ENVIRONMENT, SERVICE, "2"),
    "doctor": (ENVIRONMENT,),
    "findings": (ENVIRONMENT,),
    "images": (ENVIRONMENT,),
    "guard": (f"{TRAFFIC}.json",),
    "journal": (ENVIRONMENT,),
    "judge": (ENVIRONMENT, SERVICE),
    "migrate": (ENVIRONMENT, "ledger", "2"),
    "load": (ENVIRONMENT, "pay-by-card"),
    "lock": (ENVIRONMENT, "--show"),
    "parity": (ENVIRONMENT, SERVICE),
    "patch": (ENVIRONMENT, "nginx", "213"),
    "pipeline": ("concourse", ENVIRONMENT, "--out", "-"),
    "plan-moves": (ENVIRONMENT,),
    "promote": (ENVIRONMENT, SERVICE, "--evidence", "no errors"),
    "quotas": (ENVIRONMENT,),
    "reach": (ENVIRONMENT,),
    "renew": (ENVIRONMENT,),
    "review": (f"{TRAFFIC}.json",),
    "scaling": (ENVIRONMENT,),
    "sleep": (ENVIRONMENT,),
    "smoke": (ENVIRONMENT,),
    "stacks": (ENVIRONMENT,),
    "stages": (ENVIRONMENT,),
    "suppressions": (ENVIRONMENT,),
    "task": ("list", ENVIRONMENT),
    "wake": (ENVIRONMENT,),
    "watching": (ENVIRONMENT,),
}
"""The commands that read other environments beside their own, with arguments."""

READS_NO_OTHER = {"rollback", "sandbox"}
READS_NONE = {"keep-records", "versions", "policy", "prices", "release-order", "schema"}
ABOUT_ALL = {"board"}
ABOUT_STACKS = {"plan-changes", "judge-changes", "apply"}
"""tests/rollout/delivery/test_neighbours.py has them."""

NEIGHBOUR = "test-perf-1"


@pytest.fixture
def here(
    checkout: Checkout,
    environments: dict[str, Environment],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A service at `ready`, and the plan of its move to `canary`."""
    checkout.put(ENVIRONMENT, SERVICE, Stage.CANARY)
    moved = stage_change(environments[ENVIRONMENT], Stage.READY, Stage.CANARY)
    (tmp_path / f"{TRAFFIC}.json").write_text(json.dumps(moved))
    monkeypatch.chdir(tmp_path)
    return checkout.folder


def break_journal(folder: Path) -> None:
    journal = folder / "journal" / NEIGHBOUR
    journal.mkdir(parents=True)
    (journal / "ledger.jsonl").write_text("{}x\n")


def copy_own_file(folder: Path) -> None:
    text = (folder / f"{ENVIRONMENT}.toml").read_text()
    copied = text.replace(f'name = "{ENVIRONMENT}"', 'name = "abc-1"', 1)
    for key in ("internal_zone", "vpc"):
        copied = copied.replace(f'{key} = "{ENVIRONMENT}', f'{key} = "abc-1', 1)
    (folder / "abc-1.toml").write_text(copied)


def break_file(folder: Path) -> None:
    (folder / f"{NEIGHBOUR}.toml").write_text("name = \n")


def break_values(folder: Path) -> None:
    path = folder / f"{NEIGHBOUR}.toml"
    path.write_text(path.read_text().replace('stage = "legacy"', 'stage = "legcy"'))


def test_every_command_is_here() -> None:
    others = READS_NO_OTHER | READS_NONE | ABOUT_ALL | ABOUT_STACKS
    assert ABOUT_ONE.keys() | others == COMMANDS.keys()


@pytest.mark.parametrize(
    "mistake", [break_file, break_values, copy_own_file], ids=["file", "values", "copy"]
)
@pytest.mark.parametrize("command", ABOUT_ONE)
def test_warns_once_and_ends_as_without_the_mistake(
    command: str, mistake: object, here: Path, pay: Pay, tmp_path: Path
) -> None:
    words = (command, *ABOUT_ONE[command])
    kept = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    before = pay(*words)
    for path, content in kept.items():
        path.write_bytes(content)
    assert callable(mistake)
    mistake(here)
    beside = pay(*words)
    warnings = [line for line in beside.stderr.splitlines(keepends=True) if "Warning" in line]
    assert len(warnings) == 1, beside.stderr
    assert beside.exit_code == before.exit_code
    assert beside.stderr.replace(warnings[0], "") == before.stderr
    assert bool(beside.stdout) == bool(before.stdout)


@pytest.mark.parametrize("command", ["journal", "judge", "plan-moves", "promote", "stages"])
def test_a_neighbours_journal_is_a_neighbours(command: str, here: Path, pay: Pay) -> None:
    break_journal(here)
    result = pay(command, *ABOUT_ONE[command])
    assert result.stderr.count("Warning") == 1
    assert f"journal/{NEIGHBOUR}/ledger.jsonl:1" in result.stderr
    assert "Invalid input" not in result.stderr


@pytest.mark.parametrize("mistake", ["file", "journal"])
def test_what_is_followed_must_be_right_for_a_promotion(
    mistake: str, checkout: Checkout, pay: Pay
) -> None:
    if mistake == "file":
        checkout.file("test-12").write_text("name = \n")
    else:
        (checkout.folder / "journal/test-12").mkdir(parents=True)
        (checkout.folder / "journal/test-12/ledger.jsonl").write_text("{}x\n")
    result = pay("promote", "staging-2", "ledger")
    assert result.exit_code == 1
    assert "Invalid input" in result.stderr
    assert "test-12" in result.stderr


@pytest.mark.parametrize("command", ["stages", "journal", "parity", "stacks"])
def test_what_is_about_all_needs_all(command: str, here: Path, pay: Pay) -> None:
    break_file(here)
    result = pay(command)
    assert result.exit_code == 1
    assert f"{NEIGHBOUR}.toml:1" in result.stderr


def test_a_plan_of_the_broken_environment_is_refused_with_its_mistake(here: Path, pay: Pay) -> None:
    (here / f"{ENVIRONMENT}.toml").write_text("name = \n")
    for command in ("guard", "review"):
        result = pay(command, *ABOUT_ONE[command])
        assert result.exit_code == 2
        assert f"{ENVIRONMENT}.toml:1" in result.stderr


def test_the_environment_files_before_a_change_may_have_the_same_mistake(
    here: Path, pay: Pay, tmp_path: Path
) -> None:
    base = fresh_checkout(tmp_path / "base")
    base.put(ENVIRONMENT, SERVICE, Stage.READY)
    break_file(here)
    break_file(base.folder)
    result = pay("guard", f"{TRAFFIC}.json", "--base", str(base.folder))
    assert (result.exit_code, result.stderr.count("Warning")) == (0, 1)
