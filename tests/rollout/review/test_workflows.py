"""The pipelines in docs/workflows call what there is."""

import os
import re
import subprocess
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
    assert " plan " not in re.sub(r"#.*", "", (WORKFLOWS / "apply.sh").read_text())


def _commands(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(map(_commands, value.values()))
    if isinstance(value, list):
        return "\n".join(map(_commands, value))
    return str(value)
