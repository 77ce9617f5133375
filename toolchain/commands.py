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


UNAVAILABLE = (
    re.compile(r"there (?:is|are) no versions? of ([^\s,]+)"),
    re.compile(r"[Bb]ecause (\S+) was not found in the package registry"),
    re.compile(r"No matching version found for (\S+?)\.?(?:\s|$)"),
    re.compile(r"'(\S+?)' is not in (?:this|the npm) registry"),
)
"""The words of uv and npm for a version that no registry has."""


def unavailable(output: str) -> str | None:
    """Return the first package and version that cannot be had, from the output of uv or npm."""
    text = " ".join(output.split())
    matches = filter(None, (pattern.search(text) for pattern in UNAVAILABLE))
    return next((match[1] for match in matches), None)


def run_logged(
    command: Sequence[str],
    *,
    log: str,
    doing: str,
    needed: str = REGISTRY,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
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
            cwd=cwd or ROOT,
        )
    if done.returncode != 0:
        lines = path.read_bytes()[start:].decode(errors="replace").splitlines()
        if missing := unavailable("\n".join(lines)):
            raise ToolProblem(
                f"{doing}: {missing} cannot be had",
                needed="versions that the package registry of this machine has",
                do="correct the version where it is required (pyproject.toml, package.json or "
                f"toolchain/locks/*.in), then run `make lock`; {path.relative_to(ROOT)} says more",
            )
        tail = [line for line in lines if not NOISE.match(line)][-12:]
        raise ToolProblem(
            "\n    ".join([f"{doing} failed with exit status {done.returncode}:", *tail]),
            needed=needed,
            do=f"read {path.relative_to(ROOT)}, then run `make setup` again to continue",
        )
