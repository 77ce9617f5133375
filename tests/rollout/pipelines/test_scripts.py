"""The scripts of the pipelines, run for real beside a repository that takes what they push."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from pay.containers.releases import release_tag
from rollout.pipelines.github import RECORDS
from tests.conftest import ROOT
from tests.support import git_settings
from toolchain.paths import VENV_BIN
from toolchain.streams import STOPPED

MAKEFILE = "setup:\n\t@echo set up\nenv:\n\t@echo export FROM_MAKE=yes\n"
RECORD = "environments/releases/test-12/connector.jsonl"
PAY = f"""\
#!{sys.executable}
import os, sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from rollout import cli
from rollout.cli import pipeline
from rollout.moves.journal import author

def deploy(words):
    token = Path(os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null"))
    told = " ".join(words), os.environ["FROM_MAKE"], token.read_text()
    Path("../called").write_text(",".join(told))
    Path("../by").write_text(author(Path()))
    Path("../token").write_text(f"{{token}} {{token.stat().st_mode & 0o777:o}}")
    if os.environ["RECORDS"]:
        with open({RECORD!r}, "a") as file:
            print("line", file=file)
    if os.environ["ENDS"] == "abort":
        raise KeyboardInterrupt
    raise SystemExit(int(os.environ["ENDS"]))

pipeline.app = deploy
cli.app()
"""
"""`pay` itself, but for the command that a task is for."""


@dataclass(frozen=True)
class Checkout:
    """A clone of a bare repository, with programs that say how they were called."""

    folder: Path

    def run(self, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["sh", "-euc", script],
            cwd=self.folder,
            env={**os.environ, "RECORDS": "", "ENDS": "0", **variables},
            capture_output=True,
            text=True,
        )

    @property
    def called(self) -> str:
        return (self.folder.parent / "called").read_text().strip()

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True)
        return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    git_settings.forget(monkeypatch)
    here = Checkout(tmp_path / "src")
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "server.git"], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", tmp_path / "server.git", here.folder],
        check=True,
        capture_output=True,
    )
    (here.folder / "Makefile").write_text(MAKEFILE)
    (here.folder / ".gitignore").write_text(".venv\n")
    (here.folder / RECORD).parent.mkdir(parents=True)
    (here.folder / RECORD).touch()
    program = here.folder / ".venv" / "bin" / "pay"
    program.parent.mkdir(parents=True)
    program.write_text(PAY)
    program.chmod(0o755)
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    here.git("add", ".")
    here.git(*who, "commit", "--quiet", "--message", "first")
    here.git("push", "--quiet", "origin", "HEAD")
    return here


def task(checkout: Checkout, tag: str | None = None, **variables: str) -> int:
    """Run Concourse's task; return its exit code."""
    if tag is not None:
        (checkout.folder.parent / "release").mkdir()
        (checkout.folder.parent / "release" / "tag").write_text(tag)
    document = yaml.safe_load((ROOT / "docs" / "workflows" / "concourse-pay.yml").read_text())
    unset = {name: value or "" for name, value in document["params"].items()}
    return checkout.run(document["run"]["args"][1], **{**unset, **variables}).returncode


def test_the_task_gives_pay_the_number_of_the_release(checkout: Checkout) -> None:
    assert task(checkout, release_tag(412), PAY="deploy test-12 connector --wait 30m") == 0
    assert checkout.called == "deploy test-12 connector --wait 30m 412,yes,"
    assert checkout.git("rev-list", "--count", "HEAD") == "1"


def test_the_task_assumes_its_role_by_a_token_that_only_it_reads(checkout: Checkout) -> None:
    assert task(checkout, PAY="smoke test-12", AWS_ID_TOKEN="a.b.c") == 0
    assert checkout.called == "smoke test-12,yes,a.b.c"
    file, mode = (checkout.folder.parent / "token").read_text().split()
    assert mode == "600"
    assert not Path(file).exists(), "it ends with the command"


@pytest.mark.parametrize(("ends", "code"), [("0", 0), ("1", 1), ("2", 2), ("abort", STOPPED)])
def test_the_task_commits_the_record_of_a_release_however_it_ends(
    ends: str, code: int, checkout: Checkout
) -> None:
    call = "deploy test-12 connector"
    assert task(checkout, "7-release", PAY=call, ENDS=ends, RECORDS="y") == code
    assert checkout.git("log", "-1", "--format=%s %an") == f"Record: pay {call} 7 pipeline"
    assert checkout.git("status", "--short") == ""
    assert (checkout.folder.parent / "by").read_text() == "pipeline@localhost"


def test_the_task_fails_when_its_records_cannot_be_committed(checkout: Checkout) -> None:
    (checkout.folder / ".git" / "index.lock").touch()
    assert task(checkout, PAY="deploy test-12 connector", RECORDS="y") == 1
    assert checkout.called.startswith("deploy")


def test_githubs_step_pushes_the_record_over_what_others_pushed(
    checkout: Checkout, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "gh").write_text("#!/bin/sh\n")
    (programs / "gh").chmod(0o755)
    other = Checkout(tmp_path / "other")
    subprocess.run(["git", "clone", "--quiet", tmp_path / "server.git", other.folder], check=True)
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    other.git(*who, "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
    other.git("push", "--quiet")

    variables = {
        "PATH": f"{programs}:{VENV_BIN}:{os.environ['PATH']}",
        "GITHUB_WORKFLOW": "test-12",
        "GITHUB_RUN_ID": "9",
    }
    assert checkout.run(RECORDS, **variables).returncode == 0, "nothing was recorded"
    (checkout.folder / RECORD).write_text("line\n")
    pushed = checkout.run(RECORDS, **variables)
    assert pushed.returncode == 0, pushed.stderr
    other.git("pull", "--quiet")
    assert other.git("log", "-2", "--format=%s") == "Record: test-12, run 9\nmeanwhile"
