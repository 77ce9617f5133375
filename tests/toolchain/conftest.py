from collections.abc import Callable
from pathlib import Path

import pytest

WriteProgram = Callable[[str, str], Path]


@pytest.fixture
def path_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the whole PATH, except for the shell's own programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def write_program(path_folder: Path) -> WriteProgram:
    """Put a shell program on PATH that prints a text."""

    def write(name: str, prints: str) -> Path:
        program = path_folder / name
        program.write_text(f"#!/bin/sh\ncase $* in *version*) echo '{prints}';; esac\n")
        program.chmod(0o755)
        return program

    return write


@pytest.fixture
def venv_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a replacement for `.venv/bin`, the folder of packaged programs."""
    folder = tmp_path / "venv" / "bin"
    folder.mkdir(parents=True)
    for module in ("node", "terraform", "tools"):
        monkeypatch.setattr(f"toolchain.setup.{module}.VENV_BIN", folder)
    return folder


@pytest.fixture
def virtual_environments_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create virtual environments below a temporary folder, not in the checkout."""

    def elsewhere(name: str) -> Path:
        return tmp_path / f".venv-{name}"

    for module in ("setup.tools", "locks.virtual_environments"):
        monkeypatch.setattr(f"toolchain.{module}.virtual_environment", elsewhere)
    monkeypatch.setattr("toolchain.commands.LOGS", tmp_path / "logs")
    return tmp_path
