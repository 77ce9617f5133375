from collections.abc import Callable
from pathlib import Path

import pytest

WriteProgram = Callable[[str, str], Path]


@pytest.fixture
def path_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH, but for the shell's own programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def write_program(path_folder: Path) -> WriteProgram:
    """Puts a shell program on PATH that prints a text."""

    def write(name: str, prints: str) -> Path:
        program = path_folder / name
        program.write_text(f"#!/bin/sh\ncase $* in *version*) echo '{prints}';; esac\n")
        program.chmod(0o755)
        return program

    return write


@pytest.fixture
def venv_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for `.venv/bin`, where fallbacks are linked to."""
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    for module in ("node", "search", "terraform"):
        monkeypatch.setattr(f"toolchain.setup.{module}.VENV_BIN", folder)
    monkeypatch.setattr("toolchain.setup.terraform.FALLBACK", folder / "terraform")
    return folder


@pytest.fixture
def virtual_environments_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Virtual environments are made below a temporary folder instead of the checkout."""

    def elsewhere(name: str) -> Path:
        return tmp_path / f".venv-{name}"

    for module in ("setup.node", "setup.terraform", "locks.virtual_environments"):
        monkeypatch.setattr(f"toolchain.{module}.virtual_environment", elsewhere)
    monkeypatch.setattr("toolchain.commands.LOGS", tmp_path / "logs")
    return tmp_path
