"""A checkout whose branch follows one of a bare repository, and a person beside it who pushes."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from pay.environments.load import environment_files
from tests.support import git_settings
from tests.support.checkout import COMMITTED

NAMED = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
RELEASES = "environments/releases/test-12/connector.jsonl"
VERDICTS = "environments/journal/test-12/connector.verdicts.jsonl"


@dataclass(frozen=True)
class Clone:
    """A checkout of the bare repository."""

    folder: Path

    @property
    def environments(self) -> Path:
        return self.folder / "environments"

    def git(self, *arguments: str) -> str:
        ended = subprocess.run(
            ["git", *NAMED, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return ended.stdout.strip()

    def write(self, file: str, text: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def push(self, file: str, text: str) -> None:
        """Push a change as another person."""
        self.git("pull", "--quiet", "--rebase")
        self.write(file, text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", f"Change {file}")
        self.git("push", "--quiet")

    def hook(self, script: str) -> None:
        """Run a script between the moment when a push has asked the server and when it sends."""
        hook = self.folder / ".git" / "hooks" / "pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\nunset $(git rev-parse --local-env-vars)\n{script}\n")
        hook.chmod(0o755)

    @property
    def on_server(self) -> list[str]:
        """The subjects on the server, the newest first."""
        self.git("fetch", "--quiet")
        return self.git("log", "--format=%s", "origin/main").splitlines()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with a commit of the environment files and a record, for copying."""
    folder = tmp_path_factory.mktemp("server")
    server = folder / "server.git"
    with pytest.MonkeyPatch.context() as monkeypatch:
        git_settings.forget(monkeypatch)
        subprocess.run(
            ["git", "init", "--quiet", "--bare", "--initial-branch=main", server], check=True
        )
        _push_first_commit(clone(folder, "first"))
    return server


def _push_first_commit(first: Clone) -> None:
    for name, path in environment_files(COMMITTED).items():
        first.write(f"environments/{name}.toml", path.read_text())
    first.write(RELEASES, "1\n")
    first.write("main.py", "")
    first.git("add", ".")
    first.git("commit", "--quiet", "--message", "First")
    first.git("push", "--quiet")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Path) -> Clone:
    git_settings.forget(monkeypatch)
    shutil.copytree(server, tmp_path / server.name)
    made = clone(tmp_path, "here")
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(made.environments))
    return made


@pytest.fixture
def other(here: Clone, tmp_path: Path) -> Clone:
    return clone(tmp_path, "other")


def clone(folder: Path, name: str, *options: str) -> Clone:
    source = f"file://{folder / 'server.git'}"
    subprocess.run(
        ["git", "clone", "--quiet", *options, source, folder / name],
        check=True,
        capture_output=True,
    )
    return Clone(folder / name)
