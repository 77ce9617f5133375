"""Finds Chromium: the one that set-up installs from npm, or one in PATH."""

import fcntl
import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

IN_PATH = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

_PACKAGED = """
import chromium from "@sparticuz/chromium";
chromium.setGraphicsMode = false; // no page draws with WebGL
console.log(JSON.stringify({ path: await chromium.executablePath(), args: chromium.args }));
"""


class NoBrowser(Exception):
    """This machine has no Chromium; the message says how to get one."""


@dataclass(frozen=True)
class Browser:
    """A Chromium, and the arguments that it needs on a server."""

    path: str
    args: tuple[str, ...] = ("--no-sandbox",)


@cache
def find_browser() -> Browser:
    """Return the browser. Raises NoBrowser, also without Node."""
    node = shutil.which("node")
    if node is None:
        raise NoBrowser('no Node in PATH: run `make setup`, then `eval "$(make -s env)"`')
    packaged = _packaged(node)
    if packaged:
        return packaged
    for name in IN_PATH:
        if path := shutil.which(name):
            return Browser(path)
    raise NoBrowser(
        "no Chromium: @sparticuz/chromium is not installed, and PATH has no "
        f"{' or '.join(IN_PATH)}; run `make setup`, or install Debian's chromium-headless-shell"
    )


def _packaged(node: str) -> Browser | None:
    # The package unpacks itself at its first use, and takes a half written file for a whole one.
    with Path(tempfile.gettempdir(), "pay-browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [node, "--input-type=module", "-e", _PACKAGED],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        return None
    answer = json.loads(done.stdout)
    return Browser(answer["path"], tuple(answer["args"]))
