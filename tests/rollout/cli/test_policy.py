"""`pay policy`: the gate with its reports, from the project's own environment."""

import json
import subprocess
from pathlib import Path

import pytest

from rollout.delivery.pci_gate import REPORTS
from rollout.review.policy import read_policy_result
from tests.conftest import ROOT
from tests.policies.conftest import DAY, copy_stacks
from tests.policies.mutations import CONNECTOR, TASK, Mutation
from toolchain.paths import VENV_BIN

pytestmark = pytest.mark.slow

TRAFFIC = "production-2-connector-traffic"


def pay_policy(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VENV_BIN / "pay", "policy", *map(str, arguments)],
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


def test_the_review_reads_what_the_gate_writes(root: Path, tmp_path: Path) -> None:
    pay_policy("--root", root, "--reports", tmp_path / "reports", "--partial", "--on", DAY)
    result = read_policy_result(tmp_path / "reports" / REPORTS["json"])
    assert result.stacks == {CONNECTOR}
    assert result.judged_on.isoformat() == DAY
    assert result.about({CONNECTOR}).is_clean
    assert not result.about({CONNECTOR, TRAFFIC}).is_clean


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
    assert "does not exist; run `cdktf synth`" in run.stderr
    assert "python -m policies" not in run.stderr


def test_says_what_a_plan_must_be(root: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("no plan")
    run = pay_policy("--root", root, "--reports", tmp_path / "reports", plan)
    assert run.returncode == 2
    assert f"{plan}: found text that is not JSON, at line 1, column 1; allowed: a " in run.stderr


def test_refuses_a_day_that_is_none(root: Path) -> None:
    run = pay_policy("--root", root, "--on", "tomorrow")
    assert run.returncode == 2
    assert "%Y-%m-%d" in run.stderr
    assert "python -m policies" not in run.stderr


def test_prints_json_and_nothing_else(root: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    run = pay_policy("--root", root, "--reports", reports, "--partial", "--on", DAY, "--json")
    assert run.returncode == 0
    (found,) = json.loads(run.stdout)["roots"]
    assert (found["stacks"], found["refused"]) == ([CONNECTOR], False)
    assert json.loads((reports / REPORTS["json"]).read_text()) == json.loads(run.stdout)
    assert run.stderr == f"Reports: {reports}\n"
