"""A copy of the whole checkout, for commands that write into it."""

import os
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


def keep_stacks(checkout: Path, kept: Path) -> None:
    """Give a copy the entries of stacks that another made. What commands add stays in the copy.

    The entries are links (commands only ever replace one as a whole), as is the rest of the cache
    except the reports of the gate.
    """
    cache = checkout / ".cache"
    shared = cache.readlink()
    cache.unlink()
    cache.mkdir()
    for tool in shared.iterdir():
        if tool.name not in ("policy", "stacks"):
            (cache / tool.name).symlink_to(tool)
    shutil.copytree(kept, cache / "stacks", copy_function=os.link)
