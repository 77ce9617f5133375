"""`pay sandbox`, as a person types it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rollout.cli import app
from sandbox import control
from sandbox.server import process, server_record
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command in a checkout of its own, and ends what it leaves running."""
    monkeypatch.setattr(server_record, "FOLDER", tmp_path)
    monkeypatch.setattr(server_record, "RECORD", tmp_path / "server.json")
    monkeypatch.setattr(control, "LOG", tmp_path / "server.log")

    def invoke(*arguments: str, exit_code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["sandbox", *arguments])
        assert result.exit_code == exit_code, result.output
        return result

    yield invoke
    invoke("stop")


def test_start_prints_only_what_a_shell_evaluates(run: Run) -> None:
    lines = run("start").stdout.splitlines()
    assert any(line.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:") for line in lines)
    assert all(line.startswith(("export ", "unset ")) for line in lines)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--port", "99999"),
        ("--port", "-1"),
        ("--task-start-seconds", "nan"),
        ("--task-start-seconds", "inf"),
        ("--task-start-seconds", "-1"),
    ],
)
def test_a_number_that_means_nothing_is_wrong_use(option: str, value: str, run: Run) -> None:
    assert "Invalid value" in run("start", option, value, exit_code=2).output


def test_starting_twice_is_the_same_sandbox(run: Run) -> None:
    assert "Started" in run("start").stderr
    first = server_record.running()
    assert first
    assert "Started" not in run("start").stderr
    assert server_record.running() == first
    assert first.endpoint in run("status").stderr


def test_refuses_another_account_while_one_runs(run: Run) -> None:
    run("start")
    refused = run("start", "--environment", "test-12", exit_code=1)
    assert "Stop it first: pay sandbox stop" in refused.stderr
    assert refused.stdout == ""


def test_after_stop_nothing_runs(run: Run) -> None:
    run("start")
    run("stop")
    assert server_record.running() is None
    assert "no sandbox is running" in run("status", exit_code=1).stderr


def test_refuses_a_legacy_service_that_the_environment_does_not_have(run: Run) -> None:
    refused = run("start", "--legacy", "conector", exit_code=1)
    assert "--legacy: found conector; sandbox has adminusers" in refused.stderr
    assert server_record.running() is None


def test_takes_the_environments_that_the_other_commands_take(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "environments" / "sandbox.toml").read_text()
    own = text.replace('name = "sandbox"', 'name = "trial"', 1)
    tmp_path.joinpath("trial.toml").write_text(own)
    monkeypatch.setenv("PAY_ENVIRONMENTS", str(tmp_path))
    refused = run("start", "--environment", "trial", "--legacy", "nobody", exit_code=1)
    assert "found nobody; trial has" in refused.stderr


def test_without_the_development_dependencies_it_says_what_to_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    assert "not installed; run: make setup" in run("start", exit_code=1).stderr


def test_an_unknown_environment_is_told_with_those_there_are(run: Run) -> None:
    refused = run("start", "--environment", "nope", exit_code=2).stderr
    assert "'nope' is not one of" in refused
    assert "test-12" in refused
