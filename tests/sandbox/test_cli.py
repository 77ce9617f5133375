"""`python -m sandbox`, as a person types it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sandbox import cli
from sandbox.server import server_record as running
from sandbox.server.process import SandboxError

pytestmark = pytest.mark.slow

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return a function that runs a command in a separate checkout; end what it leaves running."""
    monkeypatch.setattr(running, "FOLDER", tmp_path)
    monkeypatch.setattr(running, "RECORD", tmp_path / "server.json")
    monkeypatch.setattr(cli, "LOG", tmp_path / "server.log")
    monkeypatch.setattr(cli, "_short", str)

    def invoke(*arguments: str) -> str:
        result = CliRunner().invoke(cli.app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    yield invoke
    invoke("stop")


def test_start_prints_only_what_a_shell_evaluates(run: Run) -> None:
    lines = run("start").splitlines()
    assert any(line.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:") for line in lines)
    assert all(line.startswith(("export ", "unset ")) for line in lines)


def test_starting_twice_is_the_same_sandbox(run: Run) -> None:
    run("start")
    first = running.running()
    run("start")
    assert running.running() == first


def test_refuses_another_account_while_one_runs(run: Run) -> None:
    run("start")
    with pytest.raises(SandboxError, match="Stop it first: python -m sandbox stop"):
        run("start", "--environment", "test-12")


def test_after_stop_nothing_runs(run: Run) -> None:
    run("start")
    run("stop")
    assert running.running() is None
    with pytest.raises(SandboxError, match="no sandbox is running"):
        run("status")


def test_refuses_a_legacy_service_that_the_environment_does_not_have(run: Run) -> None:
    with pytest.raises(SandboxError, match="--legacy: found conector; sandbox has adminusers"):
        run("start", "--legacy", "conector")
