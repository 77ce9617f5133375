"""Finds programs on PATH, leaving out the ones that set-up itself put into `.venv/bin`."""

import os
import shutil
from pathlib import Path

from toolchain.paths import VENV_BIN


def programs_on_path(name: str) -> list[Path]:
    """Every program of this name on PATH, in PATH's order."""
    found = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if not folder or (VENV_BIN.exists() and _same(Path(folder), VENV_BIN)):
            continue
        if program := shutil.which(name, path=folder):
            found.append(Path(program))
    return found


def _same(left: Path, right: Path) -> bool:
    return left.resolve() == right.resolve()
