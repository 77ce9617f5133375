"""Runs the programs of set-up. Their output is logged, and shown only if they fail."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.paths import LOGS, ROOT
from toolchain.problems import ToolProblem

# pip's lines about other platforms and npm's stack traces, which are only in the log.
NOISE = re.compile(r"Ignoring .*: markers|Looking in |npm error\s+at |npm error [ }]|\s*$")
REGISTRY = "a package registry that this machine can reach (or mirrors set for pip and npm)"


def output_of(command: Sequence[str]) -> str | None:
    """Return a program's output; None if it does not start, fails or takes over a minute."""
    try:
        return subprocess.check_output(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return None


def write_command(path: Path, line: str) -> None:
    """Write a shell program of one line, unless it is there already."""
    text = f"#!/bin/sh\n{line}\n"
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)
        path.chmod(0o755)


def run_logged(
    command: Sequence[str],
    *,
    log: str,
    doing: str,
    needed: str = REGISTRY,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a program; raise ToolProblem, with the end of the program's output, if it fails."""
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
            env=env,
            cwd=ROOT,
        )
    if done.returncode != 0:
        lines = path.read_bytes()[start:].decode(errors="replace").splitlines()
        tail = [line for line in lines if not NOISE.match(line)][-12:]
        raise ToolProblem(
            "\n    ".join([f"{doing} failed with exit status {done.returncode}:", *tail]),
            needed=needed,
            do=f"read {path.relative_to(ROOT)}, then run `make setup` again to continue",
        )
