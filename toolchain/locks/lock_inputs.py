"""What each lock file was made from, and whether it still is."""

import hashlib
import json
import tomllib

from toolchain.paths import LOCKS, ROOT
from toolchain.problems import ToolProblem

BUILD = LOCKS / "build.in"  # locked together with the project
NAMES = ("project", "checkov", "prebuilt", "node", "terraform", "lock")


def digest(name: str) -> str:
    """Digest of the requirements that `locks/<name>.txt` locks."""
    if name == "project":
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
        wanted = [settings["project"]["dependencies"], settings["dependency-groups"]["dev"]]
        text = json.dumps(wanted) + BUILD.read_text()
    else:
        text = (LOCKS / f"{name}.in").read_text()
    return hashlib.sha256(text.encode()).hexdigest()


def heading(name: str) -> str:
    """The first line of a lock file."""
    return f"# inputs {digest(name)}\n"


def require_current(name: str) -> None:
    """Raises ToolProblem when the lock file was made from other requirements than today's."""
    lock = LOCKS / f"{name}.txt"
    if lock.read_text().startswith(heading(name)):
        return
    source = "pyproject.toml" if name == "project" else f"toolchain/locks/{name}.in"
    raise ToolProblem(
        f"{source} asks for other packages than toolchain/locks/{lock.name} locks",
        needed="a lock file made from it",
        do="run `make lock`, and commit both",
    )
