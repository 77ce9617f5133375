"""`pay keep-records`: what is committed, by whom, and what is left alone."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rollout.cli import app
from rollout.findings.answer_record import answers_path
from rollout.moves.journal import journal_path, verdicts_path
from rollout.releases.record import releases_path
from rollout.tasks.record import record_path
from tests.rollout.records.conftest import RELEASES, VERDICTS, Clone

pytestmark = pytest.mark.slow  # each test begins with a commit of real Git


def run(*options: str) -> Result:
    return CliRunner().invoke(app, ["keep-records", *options], env={"COLUMNS": "1000"})


def test_nothing_to_commit_is_said_and_is_fine(here: Clone) -> None:
    assert (run().exit_code, run().stdout) == (0, "Nothing to commit.\n")
    assert json.loads(run("--json").stdout) == {"committed": [], "pushed": None}
    assert here.git("rev-list", "--count", "HEAD") == "1"


def test_commits_a_changed_and_a_new_record(here: Clone) -> None:
    here.write(RELEASES, "1\n2\n")
    here.write(VERDICTS, "1\n")
    ended = run("--message", "Record: deploy")
    assert ended.exit_code == 0, ended.output
    assert ended.stdout == f"Committed: {RELEASES}, {VERDICTS}\n"
    assert here.git("log", "-1", "--format=%s") == "Record: deploy"
    assert here.git("status", "--short") == ""


@pytest.mark.parametrize(
    "path",
    [
        journal_path(Path(), "test-12", "connector"),
        verdicts_path(Path(), "test-12", "connector"),
        releases_path(Path(), "test-12", "connector"),
        record_path(Path(), "test-12", "connector"),
        answers_path(Path(), "test-12", ["connector"]),
        Path("test-12.toml"),
    ],
    ids=str,
)
def test_whatever_a_command_records_is_committed(path: Path, here: Clone) -> None:
    here.write(f"environments/{path}", "# one more\n")
    assert json.loads(run("--json").stdout)["committed"] == [f"environments/{path}"]


@pytest.mark.parametrize(
    "file",
    [
        "main.py",
        "judged.html",
        "environments/suppressions.toml",
        "environments/adopted/test-12.toml",
        "environments/costs/assumptions.toml",
        "environments/releases/test-12/connector.jsonl~",
    ],
)
def test_other_files_stay_as_they_are_also_when_they_are_staged(file: str, here: Clone) -> None:
    here.write(file, "by hand\n")
    here.git("add", file)
    here.write(RELEASES, "1\n2\n")
    assert run().exit_code == 0
    assert here.git("show", "--format=", "--name-only") == RELEASES
    assert here.git("diff", "--cached", "--name-only") == file


def test_a_record_that_somebody_deleted_is_theirs(here: Clone) -> None:
    (here.folder / RELEASES).unlink()
    assert run().stdout == "Nothing to commit.\n"


def test_a_build_without_an_author_has_one(here: Clone) -> None:
    here.write(RELEASES, "1\n2\n")
    assert run().exit_code == 0
    assert here.git("log", "-1", "--format=%an %ae %cn") == "pipeline pipeline@localhost pipeline"


def test_a_persons_settings_are_the_author(here: Clone) -> None:
    here.git("config", "user.name", "Release Engineer")
    here.git("config", "user.email", "release-engineer@example.org")
    here.write(RELEASES, "1\n2\n")
    assert run().exit_code == 0
    assert here.git("log", "-1", "--format=%an %ae") == (
        "Release Engineer release-engineer@example.org"
    )


def test_what_a_kill_left_staged_is_committed(here: Clone) -> None:
    here.write(VERDICTS, "1\n")
    here.git("add", VERDICTS)
    assert json.loads(run("--json").stdout)["committed"] == [VERDICTS]


def test_refuses_a_folder_that_is_no_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(tmp_path))
    ended = run()
    assert ended.exit_code == 1
    assert f"{tmp_path}: found no checkout" in ended.stderr
    assert "run it at the root of the checkout" in ended.stderr


def test_says_in_gits_words_that_it_refuses_the_commit(here: Clone) -> None:
    hook = here.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no commits on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    here.write(RELEASES, "1\n2\n")
    ended = run()
    assert (ended.exit_code, ended.stderr) == (1, "Failed. git commit: no commits on Fridays\n")
