"""Measures a command by the time that a processor works for it: waiting for AWS takes none."""

import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from toolchain.paths import VENV_BIN

RUNS = 5
LIBRARIES = "import botocore.session, pydantic, rich.console, typer"
"""A program that takes what `pay` takes before it does anything."""
USUAL_SECONDS = 0.2
"""Of that program, on the machine where limits were set: two idle cores of 2.6 GHz."""


def seconds_of_pay(
    *arguments: str, variables: Mapping[str, str], limit: float, ends: Collection[int] = (0,)
) -> float:
    """Return the CPU seconds of the first run of `pay` below a limit, else of the best of five.

    They are seconds of the machine that limits are meant for: each run is divided by how many times
    slower this one is at that moment. `ends`: the exit codes that are right.
    """
    best = float("inf")
    with TemporaryDirectory() as bytecode:
        # As a person's second run: tests themselves write no bytecode.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode}
        for _ in range(RUNS):
            used = _seconds([VENV_BIN / "pay", *arguments], {**variables, **compiled}, ends)
            best = min(best, used / slowness())
            if best < limit:
                break
    return best


def slowness() -> float:
    """Return how many times slower than usual this machine is now, at least 1.

    Cores are shared, and a host may slow them down threefold for hours.
    """
    return max(1, _seconds([sys.executable, "-c", LIBRARIES], {}, (0,)) / USUAL_SECONDS)


def _seconds(
    command: Sequence[str | Path], variables: Mapping[str, str], ends: Collection[int]
) -> float:
    process = subprocess.Popen(
        command,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in ends
    return used.ru_utime + used.ru_stime
