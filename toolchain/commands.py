"""Runs the programs of set-up. Their output is logged, and shown only if they fail."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.paths import LOGS, ROOT
from toolchain.problems import ToolProblem

TAIL_LINES = 12
# pip's lines about other platforms and npm's stack traces, which are only in the log.
NOISE = re.compile(r"Ignoring .*: markers|Looking in |npm error\s+at |npm error [ }]|\s*$")
REGISTRY = "a package registry that this machine can reach (or mirrors set for pip and npm)"


def output_of(command: Sequence[str], *, timeout_seconds: float = 60) -> str | None:
    """Return a program's output; None if it does not start, fails or takes too long."""
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
    """Run a program.

    Raises ToolProblem, with the end of the program's output, if it fails.
    """
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
            do=f"read {path.relative_to(ROOT)}, then run `make setup` again to continue",
        )
