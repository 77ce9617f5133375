"""`pay policy`: the gate with its reports, from the project's own environment."""

import subprocess
import sys
from pathlib import Path

import pytest

from rollout.policy import REPORTS
from tests.conftest import ROOT
from tests.policies.conftest import DAY, copy_stacks
from tests.policies.mutations import CONNECTOR, TASK, Mutation

pytestmark = pytest.mark.slow


def pay_policy(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rollout.cli", "policy", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def root(both_sides: Path, tmp_path: Path) -> Path:
    return copy_stacks(both_sides, tmp_path / "root", CONNECTOR)


def test_passes_and_writes_every_report(root: Path, tmp_path: Path) -> None:
    run = pay_policy("--root", root, "--reports", tmp_path / "reports", "--partial", "--on", DAY)
    assert run.returncode == 0, run.stdout
    assert "passed" in run.stdout
    assert {file.name for file in (tmp_path / "reports").iterdir()} == set(REPORTS.values())


def test_refuses_what_the_gate_refuses(root: Path, tmp_path: Path) -> None:
    file = root / CONNECTOR / "cdk.tf"
    broken = Mutation("", CONNECTOR, TASK, "network_mode", 'network_mode = "host"')
    file.write_text(broken.apply(file.read_text()))
    run = pay_policy("--root", root, "--reports", tmp_path / "reports", "--partial", "--on", DAY)
    assert run.returncode == 1
    assert "tasks_do_not_use_the_network_of_their_host" in run.stdout


def test_refuses_a_root_that_is_not_there(tmp_path: Path) -> None:
    run = pay_policy("--root", tmp_path / "none", "--reports", tmp_path / "reports")
    assert run.returncode == 2
    assert "run `cdktf synth` first" in run.stderr
