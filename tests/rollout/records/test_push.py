"""`pay keep-records --push`, beside others who push to the same branch of a bare repository."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from rollout.records import push
from tests.rollout.records.conftest import RELEASES, VERDICTS, Clone, clone
from tests.rollout.records.test_commit import run
from toolchain.paths import VENV_BIN

ELSEWHERE = "environments/releases/staging-2/connector.jsonl"
NOTHING_LEFT = ("rebase-merge", "rebase-apply", "AUTO_MERGE")

pytestmark = pytest.mark.slow


def pushing(other: Clone, times: int) -> str:
    """A script by which the other person pushes before each of the first `times` pushes."""
    return f"""
cd {other.folder}
[ "$(cat ../count 2>/dev/null | wc -l)" -lt {times} ] || exit 0
echo once >> ../count
git fetch --quiet && git reset --quiet --hard origin/main
echo once >> {ELSEWHERE.rpartition("/")[2]}
git add .
git -c user.name=Test -c user.email=test@example.org commit --quiet --message Meanwhile
git push --quiet
"""


def test_pushes_what_it_commits(here: Clone) -> None:
    here.write(RELEASES, "1\n2\n")
    ended = run("--push", "--message", "Record: deploy")
    assert ended.exit_code == 0, ended.output
    assert ended.stdout == f"Committed: {RELEASES}\nPushed: 1 commit to origin/main.\n"
    assert here.on_server == ["Record: deploy", "First"]


def test_nothing_to_push_is_said_and_is_fine(here: Clone) -> None:
    ended = run("--push")
    assert (ended.exit_code, ended.stdout) == (0, "Nothing to commit.\nNothing to push.\n")


def test_a_branch_that_moved_on_is_pushed_to(here: Clone, other: Clone) -> None:
    other.push(ELSEWHERE, "1\n")
    here.write(RELEASES, "1\n2\n")
    ended = run("--push", "--message", "Record")
    assert ended.exit_code == 0, ended.output
    assert here.on_server == ["Record", f"Change {ELSEWHERE}", "First"]
    assert here.git("rev-parse", "HEAD") == here.git("rev-parse", "origin/main")


def test_a_checkout_of_one_commit_is_enough(
    here: Clone, other: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.push("main.py", "second\n")
    shallow = clone(tmp_path, "shallow", "--depth=1")
    assert shallow.git("rev-list", "--count", "HEAD") == "1"
    other.push(ELSEWHERE, "1\n")
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(shallow.environments))
    shallow.write(RELEASES, "1\n2\n")
    assert run("--push", "--message", "Record").exit_code == 0
    assert here.on_server[:2] == ["Record", f"Change {ELSEWHERE}"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_push_that_others_win_is_tried_again(times: int, here: Clone, other: Clone) -> None:
    here.hook(pushing(other, times))
    here.write(RELEASES, "1\n2\n")
    ended = run("--push", "--message", "Record")
    assert ended.exit_code == 0, ended.output
    assert here.on_server == ["Record", *["Meanwhile"] * times, "First"]


def test_a_push_that_others_always_win_ends_and_says_so(
    here: Clone, other: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "ATTEMPTS", 2)
    here.hook(pushing(other, 2))
    here.write(RELEASES, "1\n2\n")
    ended = run("--push", "--message", "Record")
    assert ended.exit_code == 1
    assert "origin/main: found another push before each of 2" in ended.stderr
    assert "run this again" in ended.stderr
    again = run("--push")
    assert again.stdout == "Nothing to commit.\nPushed: 1 commit to origin/main.\n"
    assert here.on_server[0] == "Record"


def test_a_conflict_names_the_file_and_leaves_no_half_rebase(here: Clone, other: Clone) -> None:
    other.push(RELEASES, "1\ntheirs\n")
    here.write(RELEASES, "1\nours\n")
    ended = run("--push", "--message", "Record")
    assert ended.exit_code == 1
    assert f"{RELEASES}: found another line on origin/main than here" in ended.stderr
    assert "allowed: records that only one of both changed; run `git pull --rebase`" in ended.stderr
    assert not any((here.folder / ".git" / name).exists() for name in NOTHING_LEFT)
    assert here.git("status", "--short", "--branch") == "## main...origin/main [ahead 1, behind 1]"
    assert (here.folder / RELEASES).read_text() == "1\nours\n"
    assert here.on_server == [f"Change {RELEASES}", "First"]


def test_a_commit_that_a_kill_left_is_pushed_the_next_time(here: Clone) -> None:
    here.hook('read -r _ _ _ parent _ < /proc/$PPID/stat\nkill -KILL "$parent"\nexit 1')
    here.write(RELEASES, "1\n2\n")
    command = [str(VENV_BIN / "pay"), "keep-records", "--push", "--message", "Before the kill"]
    killed = subprocess.run(command, capture_output=True, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert here.on_server == ["First"]
    here.hook("")
    here.write(VERDICTS, "1\n")
    ended = run("--push", "--message", "After it", "--json")
    assert json.loads(ended.stdout) == {"committed": [VERDICTS], "pushed": 2}
    assert here.on_server == ["After it", "Before the kill", "First"]


def test_refuses_while_a_rebase_has_not_ended(here: Clone, other: Clone) -> None:
    other.push(RELEASES, "1\ntheirs\n")
    here.write(RELEASES, "1\nours\n")
    assert run().exit_code == 0
    with pytest.raises(subprocess.CalledProcessError):
        here.git("pull", "--rebase")
    ended = run("--push")
    assert ended.exit_code == 1
    assert "found a rebase that has not ended" in ended.stderr
    assert "`git rebase --abort`" in ended.stderr


def test_refuses_to_push_a_persons_own_commits(here: Clone) -> None:
    here.write("main.py", "by hand\n")
    here.git("commit", "--quiet", "--all", "--message", "By hand")
    here.write(RELEASES, "1\n2\n")
    ended = run("--push")
    assert ended.exit_code == 1
    assert "origin/main: found commits to push that change other files: " in ended.stderr
    assert "By hand" in ended.stderr
    assert here.on_server == ["First"]


@pytest.mark.parametrize("switch", [("--detach",), ("-c", "mine", "--no-track")])
def test_refuses_to_push_from_a_branch_that_follows_none(
    switch: tuple[str, ...], here: Clone
) -> None:
    here.git("switch", "--quiet", *switch)
    here.write(RELEASES, "1\n2\n")
    ended = run("--push")
    assert ended.exit_code == 1
    assert "found no branch of a server that it follows" in ended.stderr
    assert here.git("status", "--short") == "", "the records are committed all the same"


def test_a_server_that_refuses_is_not_asked_again(here: Clone, tmp_path: Path) -> None:
    hook = tmp_path / "server.git" / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\necho asked >> {tmp_path}/asked\necho protected >&2\nexit 1\n")
    hook.chmod(0o755)
    here.write(RELEASES, "1\n2\n")
    ended = run("--push")
    assert ended.exit_code == 1
    assert "git push to origin/main: " in ended.stderr
    assert "protected" in ended.stderr
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_a_server_that_is_not_there_is_named(here: Clone, tmp_path: Path) -> None:
    (tmp_path / "server.git").rename(tmp_path / "away.git")
    here.write(RELEASES, "1\n2\n")
    ended = run("--push")
    assert ended.exit_code == 1
    assert "Failed. git fetch: fatal: " in ended.stderr


def test_a_changed_file_that_keeps_a_rebase_from_beginning_is_said(
    here: Clone, other: Clone
) -> None:
    other.push(ELSEWHERE, "1\n")
    here.write("main.py", "by hand\n")
    here.write(RELEASES, "1\n2\n")
    ended = run("--push")
    assert ended.exit_code == 1
    assert "git rebase on origin/main: error: cannot rebase: You have unstaged" in ended.stderr
    assert (here.folder / "main.py").read_text() == "by hand\n"
