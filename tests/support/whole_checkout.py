"""A copy of the whole checkout, for commands that write into it."""

import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT

INSTALLED = (".venv", ".venv-checkov", "node_modules", "imports", ".cache")


def copy_checkout(folder: Path) -> Path:
    """What Git tracks or would, with the installed tools of this checkout."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, tracked.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for installed in INSTALLED:
        if (ROOT / installed).exists():
            (folder / installed).symlink_to(ROOT / installed)
    return folder
