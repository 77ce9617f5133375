"""The pipelines in docs/workflows call what there is."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rollout.cli import app

WORKFLOWS = Path(__file__).parents[3] / "docs" / "workflows"
SCRIPTS = sorted(WORKFLOWS.glob("*.sh"))
PIPELINES = sorted(WORKFLOWS.glob("*.yml"))

yaml: Any = pytest.importorskip("yaml")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_read_by_every_shell(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", str(script)], check=True)


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda path: path.name)
def test_a_pipeline_calls_scripts_that_exist(pipeline: Path) -> None:
    document = yaml.safe_load(pipeline.read_text())
    called = set(re.findall(r"docs/workflows/([\w-]+\.sh)", _commands(document)))
    assert called and called <= {script.name for script in SCRIPTS}


def test_the_readme_names_every_file() -> None:
    named = set(re.findall(r"`([\w-]+\.(?:yml|sh))`", (WORKFLOWS / "README.md").read_text()))
    assert named == {path.name for path in (*SCRIPTS, *PIPELINES)}


def test_scripts_use_options_that_the_commands_have() -> None:
    used = {
        (match[1], option)
        for script in SCRIPTS
        for match in re.finditer(r"pay (guard|policy|review) (.*)", script.read_text())
        for option in (*re.findall(r"--[a-z]+", match[2]), "--allow", "--because", "--base")
        if match[1] != "policy" or option in match[2]
    }
    assert len(used) > 6
    for command, option in used:
        shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
        assert option in re.sub(r"\x1b\[[0-9;]*m", "", shown.stdout), (command, option)


def test_a_review_may_write_nothing_but_its_comment() -> None:
    document = yaml.safe_load((WORKFLOWS / "github-pull-request.yml").read_text())
    granted = {key for key, value in document["permissions"].items() if value == "write"}
    assert granted == {"id-token", "pull-requests"}


def test_nothing_is_planned_when_it_is_applied() -> None:
    assert not re.search(r"terraform .*\bplan\b", (WORKFLOWS / "apply.sh").read_text())


@pytest.mark.parametrize(
    ("files", "says", "exit_code"),
    [
        ({}, "planning failed", 2),
        ({"SHA256SUMS": "0  x.tfplan\n", "x.json": "no plan"}, "the plans cannot be read", 2),
        ({"SHA256SUMS": ""}, "Nothing changes.", 0),
    ],
    ids=["no plan", "unreadable", "nothing"],
)
def test_there_is_always_something_to_comment(
    tmp_path: Path, files: dict[str, str], says: str, exit_code: int
) -> None:
    finished = judge(tmp_path, files, old="## All is clean")
    comment = (tmp_path / "review" / "review.md").read_text()
    assert finished.returncode == exit_code, finished.stderr
    assert says in comment
    assert "clean" not in comment
    if exit_code:
        assert "## Not judged" in comment
        assert "0123abc" in comment


def test_the_last_line_of_break_glass_needs_no_newline(tmp_path: Path) -> None:
    (tmp_path / "break-glass").write_text("keeps-desired-count: quiet\nno-such-rule: in a hurry")
    finished = judge(tmp_path, {"SHA256SUMS": "0  x.tfplan\n", "x.json": "no plan"})
    assert "no-such-rule" in finished.stderr


def judge(
    folder: Path, files: dict[str, str], *, old: str = ""
) -> subprocess.CompletedProcess[str]:
    """judge.sh over such plans, with the comment of another commit still lying there."""
    for name in ("plans", "review", "out"):
        (folder / name).mkdir()
    for name, content in files.items():
        (folder / "plans" / name).write_text(content)
    (folder / "review" / "review.md").write_text(old)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    base = str(WORKFLOWS.parents[1])
    return subprocess.run(
        [str(WORKFLOWS / "judge.sh"), base, "plans", "review"],
        cwd=folder,
        env={**os.environ, "PATH": path, "COMMIT": "0123abc", "CDKTF_OUTDIR": str(folder / "out")},
        capture_output=True,
        text=True,
        timeout=120,
    )


def _commands(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(map(_commands, value.values()))
    if isinstance(value, list):
        return "\n".join(map(_commands, value))
    return str(value)
