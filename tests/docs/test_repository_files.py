"""The files that tell Git, GitHub, editors and pre-commit about this repository are true."""

import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.docs import session
from tests.support.whole_checkout import INSTALLED, copy_checkout

PRE_COMMIT = ROOT / ".pre-commit-config.yaml"
HOOKS = yaml.safe_load(PRE_COMMIT.read_text())["repos"]

VERSION = re.compile(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", re.MULTILINE)


def test_the_newest_version_of_the_changelog_is_the_project_s() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    versions = VERSION.findall(changelog)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert versions[0] == project["version"]
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE) == ["Unreleased", *versions]
    [compared] = re.findall(r":/\^Release (\S+)'", changelog)
    assert compared == versions[0], "the changelog compares HEAD with the newest version"


def owners() -> Iterator[tuple[str, list[str]]]:
    """Each pattern of CODEOWNERS with the owners behind it."""
    for line in (ROOT / ".github" / "CODEOWNERS").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern, *teams = line.split()
            yield pattern, teams


@pytest.mark.parametrize(("pattern", "teams"), list(owners()))
def test_code_is_owned_by_teams_and_lies_where_they_look(pattern: str, teams: list[str]) -> None:
    assert teams
    assert all(re.fullmatch(r"@[\w-]+/[\w-]+", team) for team in teams)
    path = ROOT / pattern.strip("/*")
    assert path.exists()
    assert path.is_dir() == pattern.endswith(("/", "*"))


@pytest.mark.parametrize(
    "pattern", re.findall(r"^/\S+", (ROOT / ".gitattributes").read_text(), re.M)
)
def test_what_is_folded_in_a_review_exists(pattern: str) -> None:
    assert list(ROOT.glob(pattern.strip("/")))


def test_hooks_run_the_tools_of_this_checkout_and_fetch_nothing() -> None:
    subprocess.run(["pre-commit", "validate-config", str(PRE_COMMIT)], check=True)
    assert [repository["repo"] for repository in HOOKS] == ["local"]
    for hook in HOOKS[0]["hooks"]:
        assert hook["language"] == "system"
        program = Path(shlex.split(hook["entry"])[0])
        assert program.parent == Path(".venv/bin")
        assert (ROOT / program).exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "before", "after", "hook"),
    [
        ("main.py", "import", "import  ", "ruff-format"),
        ("main.py", "import", "import os\nimport", "ruff-check"),
        ("environments/sandbox.toml", 'stage = "canary"', 'stage = "cannery"', "environments"),
    ],
)
def test_a_hook_refuses_what_its_tool_refuses(
    tmp_path: Path, file: str, before: str, after: str, hook: str
) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    subprocess.run(["git", "init", "--quiet"], cwd=checkout, check=True)
    variables = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}

    def run() -> int:
        subprocess.run(["git", "add", file, PRE_COMMIT.name], cwd=checkout, check=True)
        command = ["pre-commit", "run", hook, "--files", file]
        return subprocess.run(command, cwd=checkout, env=variables, capture_output=True).returncode

    assert run() == 0
    text = (checkout / file).read_text()
    (checkout / file).write_text(text.replace(before, after, 1))
    assert run() == 1


@pytest.mark.slow
def test_an_installed_hook_refuses_the_commit_of_a_broken_link(tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    paths = f"{checkout}{os.pathsep}{checkout / 'constructs'}"
    here = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit"), "PYTHONPATH": paths}

    def run(*command: str) -> int:
        variables = {**os.environ, **session.GIT, **here}
        return subprocess.run(command, cwd=checkout, env=variables, capture_output=True).returncode

    assert run("git", "init", "--quiet") == 0
    # Git ignores folders, and no links to them.
    for installed in {*INSTALLED} - {".venv"}:
        (checkout / installed).unlink()
        (checkout / installed).mkdir()
    (checkout / ".git" / "info" / "exclude").write_text(".venv\n")
    assert run("pre-commit", "install") == 0
    assert run("git", "add", "docs", PRE_COMMIT.name) == 0
    assert run("pre-commit", "run", "docs", "--all-files") == 0
    index = checkout / "docs" / "index.md"
    index.write_text(index.read_text().replace("(tasks/README.md)", "(tasks/NONE.md)", 1))
    assert run("git", "add", "docs") == 0
    assert run("git", "commit", "--message", "Break a link") == 1
    assert run("git", "rev-parse", "HEAD") == 128, "nothing was committed"
