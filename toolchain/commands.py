"""Runs the programs of set-up: their output goes to a log, and is shown only when they fail."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.paths import LOGS, ROOT
from toolchain.problems import ToolProblem

TAIL_LINES = 12
# What pip says about other platforms, and npm's stack traces: they are in the log.
NOISE = re.compile(r"Ignoring .*: markers|Looking in |npm error\s+at |npm error [ }]|\s*$")
REGISTRY = "a package registry that this machine can reach (or mirrors set for pip and npm)"


def output_of(command: Sequence[str], *, timeout_seconds: float = 60) -> str | None:
    """What a program printed, or None when it cannot be run, fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def run_logged(
    command: Sequence[str],
    *,
    log: str,
    doing: str,
    needed: str = REGISTRY,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> None:
    """Runs a program to its end; raises ToolProblem with the end of its output when it fails."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    with path.open("ab") as sink:
        sink.write(f"$ {' '.join(command)}\n".encode())
        sink.flush()
        start = sink.tell()
        done = subprocess.run(
            command,
            stdout=sink,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=None if env is None else dict(env),
            cwd=cwd,
        )
    if done.returncode != 0:
        lines = path.read_bytes()[start:].decode(errors="replace").splitlines()
        tail = [line for line in lines if not NOISE.match(line)][-TAIL_LINES:]
        raise ToolProblem(
            f"{doing} failed with exit status {done.returncode}:\n"
            + "\n".join(f"    {line}" for line in tail),
            needed=needed,
            do=f"read {path.relative_to(ROOT)} whole, then run `make setup` again: it goes on "
            "where it stopped",
        )
