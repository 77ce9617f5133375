"""The inputs of each lock file, and the check that a lock file is current."""

import hashlib
import json
import tomllib
from pathlib import Path

from toolchain.paths import LOCKS, ROOT
from toolchain.problems import ToolProblem

BUILD = LOCKS / "build.in"  # locked together with the project
NAMES = (
    "project",
    "checkov",
    "locust",
    "prebuilt",
    "node",
    "terraform",
    "lock",
    "cdktn",
    "node22",
)
NPM = (ROOT, LOCKS / "cdktn")
"""The folders with a package.json and its lock file."""


def digest(name: str) -> str:
    """Return the digest of the requirements that `locks/<name>.txt` locks."""
    if name == "project":
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
        wanted = [settings["project"]["dependencies"], settings["dependency-groups"]["dev"]]
        text = json.dumps(wanted) + BUILD.read_text()
    else:
        text = "".join(file.read_text() for file in (LOCKS / f"{name}.in", *overrides(name)))
    return hashlib.sha256(text.encode()).hexdigest()


def overrides(name: str) -> list[Path]:
    """Return the file that changes what the packages of a lock file require, if there is one."""
    return [*LOCKS.glob(f"{name}-overrides.in")]


def heading(name: str) -> str:
    """Return the first line of a lock file."""
    return f"# inputs {digest(name)}\n"


def require_current(name: str) -> None:
    """Raise ToolProblem if the requirements have changed since the lock file was made."""
    lock = LOCKS / f"{name}.txt"
    if lock.read_text().startswith(heading(name)):
        return
    source = "pyproject.toml" if name == "project" else f"toolchain/locks/{name}.in"
    raise ToolProblem(
        f"{source} has changed since toolchain/locks/{lock.name} was made",
        needed="a lock file for its present content",
        do="run `make lock`, then commit both",
    )
