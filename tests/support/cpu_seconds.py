"""Measures a command by the time that a processor works for it: waiting for AWS takes none."""

import os
import subprocess
from collections.abc import Collection, Mapping
from tempfile import TemporaryDirectory

from toolchain.paths import VENV_BIN

RUNS = 5


def seconds_of_pay(
    *arguments: str, variables: Mapping[str, str], limit: float, ends: Collection[int] = (0,)
) -> float:
    """Return the CPU seconds of the first run of `pay` below a limit, else of the best of five: on
    a core that is shared a run takes longer, and a command that is too slow never takes less.

    `ends`: the exit codes that are right.
    """
    best = float("inf")
    with TemporaryDirectory() as bytecode:
        # As a person's second run: tests themselves write no bytecode.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": bytecode}
        for _ in range(RUNS):
            best = min(best, _seconds(arguments, {**variables, **compiled}, ends))
            if best < limit:
                break
    return best


def _seconds(
    arguments: Collection[str], variables: Mapping[str, str], ends: Collection[int]
) -> float:
    process = subprocess.Popen(
        [VENV_BIN / "pay", *arguments],
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in ends
    return used.ru_utime + used.ru_stime
