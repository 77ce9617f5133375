"""However a command of `pay` ends, it ends in words: never with a stack trace.

Every command is tried, also one that is added later.
"""

import errno
import os
import re
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.core
from typer.testing import CliRunner

from rollout.cli import COMMANDS, app, load_command
from tests.support.account import CREDENTIALS
from tests.support.checkout import COMMITTED, Checkout
from toolchain.paths import VENV_BIN
from toolchain.streams import READER_GONE, STOPPED

VALUES = {
    "ENV": "test-12",
    "FILE": "page.html",
    "FILES": "plan.json",
    "SERVICE": "ledger",
    "SCENARIO": "pay-by-card",
    "STACK|PLAN.json...": "plan.json",
    "N": "3",
    "TIME": "10m",
    "IMAGE": "connector",
    "SIDECAR": "nginx",
    "ACCOUNT": "test",
    "NAME": "ledger-expunge",
    "BASE": "base",
    "PLANS": "plans",
    "REVIEW": "review",
    "REVIEWED": "reviewed.md",
    "ID": "0123456789",
    "WORD": "real",
    "MONTH": "2026-11",
    "COMMAND": "stages test-12",
}
"""The metavar of an argument -> a value that the command takes."""


def commands() -> dict[str, list[str]]:
    """Every command with the arguments that it requires, by its name."""
    found: dict[str, list[str]] = {}
    for name in COMMANDS:
        command = load_command(name)
        for child in getattr(command, "commands", {}).values():
            found[f"{name} {child.name}"] = [name, child.name, *_required(child)]
        if not hasattr(command, "commands"):
            found[name] = [name, *_required(command)]
    return found


def _required(command: Any) -> list[str]:
    words: list[str] = []
    for each in command.params:
        value = VALUES.get(each.metavar or each.name.upper())
        if each.param_type_name == "argument":
            words += [value] if value else []
        elif each.required:
            words += [each.opts[0], str(value)]
        assert value or not each.required, f"VALUES lacks {each.name} of {command.name}"
    return words


CALLS = commands()


@pytest.fixture
def here(checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the arguments name; no AWS can be reached from it."""
    for folder in ("base/environments", "plans", "review"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("plan.json", "reviewed.md"):
        (tmp_path / file).write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(checkout.folder))
    return tmp_path


@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c_is_one_line(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(typer.core.TyperCommand, "invoke", interrupted)
    result = CliRunner().invoke(app, CALLS[name])
    assert (result.exit_code, result.stdout) == (STOPPED, "")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Stopped.")
    assert ("pay sandbox stop" in result.stderr) == name.startswith("sandbox")


@pytest.mark.parametrize("name", CALLS)
def test_a_reader_that_has_gone_is_no_failure(
    name: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(*_: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(typer.core.TyperCommand, "invoke", unread)
    result = CliRunner().invoke(app, CALLS[name])
    assert (result.exit_code, result.stdout, result.stderr) == (READER_GONE, "", "")


def run(*words: str, shell: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """`pay` as a process, with a part of a shell's line behind it."""
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$0" "$@" {shell}', VENV_BIN / "pay", *words],
        env={**os.environ, "PAY_ENVIRONMENTS": str(COMMITTED), **variables},
        cwd=COMMITTED.parent,
        capture_output=True,
        text=True,
        timeout=60,
    )


PRINTING = {
    "help": ("--help",),
    "help of a command": ("judge", "--help"),
    "a table": ("stages",),
    "JSON": ("parity", "--json"),
    "rules": ("guard", "--rules"),
}


@pytest.mark.parametrize("words", PRINTING.values(), ids=PRINTING)
def test_a_reader_of_one_line_sees_no_failure(words: tuple[str, ...]) -> None:
    ended = run(*words, shell="| head -1")
    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""
    assert ended.returncode in (0, READER_GONE)  # 0: all was written before the reader had gone


@pytest.mark.parametrize("words", PRINTING.values(), ids=PRINTING)
def test_a_full_disk_is_one_line(words: tuple[str, ...]) -> None:
    ended = run(*words, shell="> /dev/full")
    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


@pytest.mark.parametrize("words", PRINTING.values(), ids=PRINTING)
def test_a_closed_output_is_no_failure(words: tuple[str, ...]) -> None:
    ended = run(*words, shell=">&-")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert run(*words, shell=">&- 2>&- <&-").returncode == 0


TERMINALS: Mapping[str, Mapping[str, str]] = {
    "dumb": {"TERM": "dumb"},
    "one column": {"COLUMNS": "1"},
    "no column": {"COLUMNS": "0"},
    "columns in words": {"COLUMNS": "wide"},
    "negative": {"COLUMNS": "-5"},
    "ASCII": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
    "ASCII by Python": {"PYTHONIOENCODING": "ascii"},
}


@pytest.mark.parametrize("variables", TERMINALS.values(), ids=TERMINALS)
def test_any_terminal_shows_a_table_and_the_journal(
    variables: Mapping[str, str], checkout: Checkout
) -> None:
    checkout.set("test-12", 'frozen = "caf\u00e9 \u2192 [/] \\\\ [red]"')
    checkout.put("test-12", "ledger", "dark")
    journal = checkout.folder / "journal/test-12/ledger.jsonl"
    journal.write_text(journal.read_text().replace('"by":"test"', '"by":"caf\u00e9 [/red]"'))
    for words in (("plan-moves", "test-12"), ("journal",)):
        ended = run(*words, PAY_ENVIRONMENTS=str(checkout.folder), **variables)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout


UNWRITABLE = ("folder", "", "missing/file", "/dev/null/file", "loop", "dangling")
WRITERS = {
    "--markdown": ("plan-moves", "test-12", "--markdown"),
    "--ics": ("plan-moves", "test-12", "--ics"),
    "--out": ("board", "--out"),
    "--html": ("review", "plan.json", "--html"),
}


@pytest.mark.parametrize("place", UNWRITABLE)
@pytest.mark.parametrize("option", WRITERS)
def test_a_file_that_cannot_be_written_is_wrong_use(place: str, option: str, here: Path) -> None:
    (here / "folder").mkdir()
    (here / "loop").symlink_to("loop")
    (here / "dangling").symlink_to("missing/file")
    result = CliRunner().invoke(app, [*WRITERS[option], place], env={"COLUMNS": "300"})
    assert result.exit_code == 2, result.output
    assert re.search(rf"Invalid value for '?{option}.*{re.escape(place or '.')}", result.stderr)
    assert "give another file" in result.stderr or "give a file" in result.stderr


@pytest.mark.parametrize(("option", "exit_code"), [("--markdown", 1), ("--ics", 1), ("--out", 1)])
def test_a_disk_that_is_full_is_named(option: str, exit_code: int, here: Path) -> None:
    result = CliRunner().invoke(app, [*WRITERS[option], "/dev/full"], env={"COLUMNS": "300"})
    assert result.exit_code == exit_code, result.output
    assert re.search(r"Failed\..*/dev/full", result.stderr)


@pytest.mark.parametrize("place", ["-", "/dev/stdout"])
def test_a_page_may_be_printed(place: str) -> None:
    ended = run("board", "--out", place, shell="| cat")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("<!")
    assert ended.stdout.rstrip().endswith("</html>")


@pytest.mark.parametrize("place", ["/dev/null/x", "plan.json"])
def test_reports_that_cannot_be_written_are_wrong_use(place: str, here: Path) -> None:
    stack = here / "out/stacks/a"
    stack.mkdir(parents=True)
    (stack / "cdk.tf").write_text("")
    ended = run("policy", "--root", str(here / "out"), "--reports", str(Path(here, place)))
    assert ended.returncode == 2, ended.stderr
    assert "allowed: a file to write to" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_signal_ends_a_command_that_waits(here: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        aws = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", **CREDENTIALS}
        waiting = subprocess.Popen(
            [VENV_BIN / "pay", "reach", "test-12"],
            env={**os.environ, "PAY_ENVIRONMENTS": str(COMMITTED), **aws},
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(60)
        connection, _ = silent.accept()
        waiting.send_signal(signal.SIGINT)
        _, errors = waiting.communicate(timeout=120)
        connection.close()
    assert (waiting.returncode, errors) == (STOPPED, "Stopped.\n")


def test_the_moment_of_a_plan_may_be_the_last_of_all(here: Path) -> None:
    for day in ("9999-12-31", "0001-01-01"):
        result = CliRunner().invoke(app, ["plan-moves", "test-12", "--start", day])
        assert result.exit_code == 2
        assert "within 20 years" in result.stderr
