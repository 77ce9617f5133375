"""Runs a program and measures its process tree: seconds, CPU seconds, peak memory."""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.1
"""How often memory is looked at. One look costs some milliseconds of another core."""
PROC = Path("/proc")


@dataclass(frozen=True)
class Run:
    """One run of one program, with all its descendants."""

    seconds: float
    cpu_seconds: float
    """User and system time: what the run costs, however busy the machine is."""
    peak_mb: float
    """The largest sum over the tree of the proportional set sizes (`Pss` of `smaps_rollup`); not a
    number where it was not looked at."""


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the most of several runs."""

    least: float
    median: float
    most: float

    @staticmethod
    def of(runs: Sequence[Run], figure: Callable[[Run], float]) -> "Spread":
        values = [figure(run) for run in runs]
        return Spread(min(values), statistics.median(values), max(values))


class RunFailed(Exception):
    """A measured program ended with another exit status than 0: there is nothing to measure."""


def measure(
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    allowed: frozenset[int] = frozenset(),
    *,
    memory: bool = True,
) -> Run:
    """Runs the command to its end. Raises RunFailed with the end of what it said when its exit
    status is neither 0 nor one of `allowed`.

    Looking at the memory takes a quarter of a core. Without `memory` nobody looks.
    """
    with tempfile.TemporaryFile() as said:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        peak = _PeakMemory(process.pid) if memory else None
        try:
            # wait4, because only it says what this child and its descendants took.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            seconds = time.monotonic() - started
            peak_mb = peak.stop() if peak else math.nan
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 and process.returncode not in allowed:
            said.seek(0)
            tail = said.read().decode(errors="replace")[-2000:]
            raise RunFailed(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak_mb)


def descendants(pid: int) -> list[int]:
    """The process and everything that it started, as far as it still runs."""
    found = [pid]
    for parent in found:
        with suppress(OSError):  # it ends meanwhile
            for children in PROC.glob(f"{parent}/task/*/children"):
                found += map(int, _text(children).split())
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time that a process took until now."""
    # The program's name, in parentheses, may hold spaces; the times are fields 14 and 15.
    fields = _text(PROC / str(pid) / "stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def can_measure_memory() -> bool:
    """Linux only: elsewhere memory is left out."""
    return sys.platform == "linux" and (PROC / "self" / "smaps_rollup").exists()


class _PeakMemory:
    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kib = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak_kib * 1024 / 1e6

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            total = sum(map(_pss_kib, descendants(self._pid)))
            self._peak_kib = max(self._peak_kib, total)


def _pss_kib(pid: int) -> int:
    for line in _text(PROC / str(pid) / "smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it ended in the meantime
        return ""
