"""Runs the commands of a page in a copy of the checkout, as a reader would, in one shell.

Programs that are not here have stand-ins (`tests/docs/stand_in.py`).
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs import stand_in
from tests.docs.pages import Block
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.whole_checkout import copy_checkout, keep_stacks

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{who}_{key}": "test" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")},
}
"""Nobody's settings, and a name for commits."""

_MARK = "--- block "

# A copy shares the installed tools, so `make` leaves out the set-up, which would take them for the
# copy's own. Whatever happens, no sandbox is left behind.
_PREAMBLE = """\
set -euo pipefail
. .venv/bin/activate
make() { command make --old-file setup "$@"; }
trap '[ ! -e .sandbox/server.json ] || pay sandbox stop > .sandbox/stop.log 2>&1' EXIT
"""


@dataclass(frozen=True)
class Ran:
    """What one block printed; `finished` is False when it failed or was never reached."""

    block: Block
    output: str
    finished: bool


def committed_checkout(folder: Path, kept: Path) -> Path:
    """Return a copy of the checkout in which everything is committed, for every page to copy.

    It has been synthesised; `kept` has the entries.
    """
    checkout = copy_checkout(folder / "checkout")
    keep_stacks(checkout, kept)
    start = "git init -q -b main . && git add -A && git commit -qm start"
    subprocess.run(start, shell=True, cwd=checkout, env={**os.environ, **GIT}, check=True)
    return checkout


def run(folder: Path, blocks: list[Block], tools: Mapping[str, str], committed: Path) -> list[Ran]:
    """Runs all blocks in their order in a copy of the committed checkout.

    The first command that fails ends it.
    """
    checkout = shutil.copytree(committed, folder / "checkout", symlinks=True)
    variables = {
        **tools,
        # The packages of the copy, not those of the editable install.
        "PYTHONPATH": f"{checkout}{os.pathsep}{checkout / 'constructs'}",
        "COLUMNS": "100",
        **GIT,
    }
    script = f"{_PREAMBLE}PATH={_stand_ins(folder, blocks)}:$PATH\n" + "".join(
        f"echo '{_MARK}{number}'\n{block.text}" for number, block in enumerate(blocks)
    )
    finished = subprocess.run(
        ["bash", "-c", f"{script}echo '{_MARK}end'"],
        cwd=checkout,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    outputs = [part.partition("\n")[2] for part in finished.stdout.split(_MARK)[1:]]
    reached = len(outputs)
    return [
        Ran(block, outputs[number] if number < reached else "", finished=number + 1 < reached)
        for number, block in enumerate(blocks)
    ]


def _stand_ins(folder: Path, blocks: list[Block]) -> Path:
    """Return a folder with a stand-in for each program that the blocks name."""
    programs = folder / "stand-ins"
    programs.mkdir()
    for block in blocks:
        if block.marker.startswith(stand_in.MARKER):
            program = programs / block.marker.removeprefix(stand_in.MARKER)
            name = shlex.quote(program.name)
            program.write_text(f'#!/bin/sh\nexec python -m tests.docs.stand_in {name} "$@"\n')
            program.chmod(0o755)
    return programs
