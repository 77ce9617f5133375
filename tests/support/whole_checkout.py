"""A copy of the whole checkout, for commands that write into it."""

import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT

TESTS = ROOT / "tests"
INSTALLED = (".venv", ".venv-checkov", "node_modules", "imports", ".cache")


def copy_checkout(folder: Path) -> Path:
    """What Git tracks or would, with the installed tools of this checkout, and the bytecode of its
    programs.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    files = [ROOT / name for name in filter(None, listed.stdout.decode().split("\0"))]
    programs = {each.parent / "__pycache__" for each in files if not each.is_relative_to(TESTS)}
    compiled = [file for each in programs for file in each.glob("*.pyc")]
    for file in filter(Path.exists, [*files, *compiled]):
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    for installed in INSTALLED:
        if (ROOT / installed).exists():
            (folder / installed).symlink_to(ROOT / installed)
    return folder


def keep_stacks(checkout: Path, kept: Path) -> None:
    """Share the entries of stacks that other copies made, and the cache of this checkout except the
    reports of the gate.
    """
    cache = checkout / ".cache"
    shared = cache.readlink()
    cache.unlink()
    cache.mkdir()
    for tool in shared.iterdir():
        if tool.name not in ("policy", kept.name):
            (cache / tool.name).symlink_to(tool)
    (cache / kept.name).symlink_to(kept)
