"""Finds programs on PATH, except those that set-up put into `.venv/bin`."""

import os
import shutil
from pathlib import Path

from toolchain.paths import VENV_BIN


def programs_on_path(name: str) -> list[Path]:
    """Return every program with this name on PATH, in PATH's order."""
    programs = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if not folder or (VENV_BIN.exists() and _same(Path(folder), VENV_BIN)):
            continue
        if program := shutil.which(name, path=folder):
            programs.append(Path(program))
    return programs


def _same(left: Path, right: Path) -> bool:
    return left.resolve() == right.resolve()
