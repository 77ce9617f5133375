"""The demo fails if one of its statements is not true."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.table import Table

from sandbox import demo
from sandbox.server.process import Server
from sandbox.settings import SandboxSettings


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for replacements of cdktf and pay; nothing calls a server."""
    folder = tmp_path / "bin"
    folder.mkdir()
    server = Server(pid=0, port=0, settings=SandboxSettings())
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    monkeypatch.setattr(demo, "sandbox", lambda console, environment: nullcontext(server))
    monkeypatch.setattr(demo, "seed", lambda environment, client: None)
    monkeypatch.setattr(demo, "services_table", lambda client, environment, services: Table())
    broken = f"govukpay/connector:{demo.BROKEN_RELEASE}-release"
    monkeypatch.setattr(demo, "push", lambda *_, **__: {broken: "sha256:0"})
    monkeypatch.setattr(Server, "administer", lambda *_, **__: None)
    monkeypatch.setattr(demo, "whole_environment", lambda server: {"PATH": str(folder)})
    monkeypatch.chdir(tmp_path)
    return folder


def put(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_second_plan_that_is_not_empty_fails_the_demo(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(programs / "cdktf", 'echo "Plan: 0 to add, 1 to change, 0 to destroy."')
    assert demo.main() == 1
    output = " ".join(capsys.readouterr().out.split())
    assert "the second plan of sandbox-connector-ec2 is not empty" in output


def test_the_demo_goes_on_to_the_move_after_empty_plans(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(programs / "cdktf", 'echo "No changes. Your infrastructure matches the configuration."')
    put(programs / "pay", 'echo promoted; [ "$1 $4" != "deploy 3" ]')
    assert demo.main() == 0
    assert "promoted" in capsys.readouterr().out


def test_a_broken_release_that_is_called_good_fails_the_demo(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(programs / "cdktf", 'echo "No changes. Your infrastructure matches the configuration."')
    put(programs / "pay", "echo released")
    assert demo.main() == 1
    assert "pay deploy sandbox connector 3" in " ".join(capsys.readouterr().out.split())
