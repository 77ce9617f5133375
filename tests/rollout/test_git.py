"""Git that is not there, hangs or refuses is a sentence."""

import subprocess
from pathlib import Path

import pytest

from rollout import git
from rollout.terminal.refusal import Failed
from tests.support import git_settings


def test_returns_what_git_prints(tmp_path: Path) -> None:
    assert git.answer(tmp_path, "--version").startswith("git version")


def test_a_refusal_is_in_gits_words_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"^git status: fatal: not a git repository .*$"):
        git.answer(tmp_path, "status")


def test_says_that_git_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failed, match=r"Git cannot be run: .*; install it"):
        git.run(tmp_path, "status")


def test_a_server_that_does_not_answer_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("git", git.TIMEOUT_SECONDS)

    monkeypatch.setattr(subprocess, "run", hangs)
    with pytest.raises(Failed, match="git fetch did not end within 120 s; try again"):
        git.run(tmp_path, "fetch")


def test_the_author_is_that_of_gits_variable_before_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_settings.forget(monkeypatch)
    assert git.email(tmp_path) == ""
    git.answer(tmp_path, "init", "--quiet")
    git.answer(tmp_path, "config", "user.email", "settings@example.org")
    assert git.email(tmp_path) == "settings@example.org"
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "variable@example.org")
    assert git.email(tmp_path) == "variable@example.org"
