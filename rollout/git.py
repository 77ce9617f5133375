"""Runs Git, and says in one form what it refused."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rollout.terminal.refusal import Failed

TIMEOUT_SECONDS = 120
"""For a server that is slow to answer; what asks the checkout alone takes milliseconds."""


def run(
    folder: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run Git in a folder, and return its end, whatever its exit code.

    Raises Failed when Git is not there, or has not ended after TIMEOUT_SECONDS.
    """
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **(variables or {})},
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        shown = f"git {arguments[0]}"
        raise Failed(f"{shown} did not end within {TIMEOUT_SECONDS} s; try again") from None
    except OSError as error:
        raise Failed(f"Git cannot be run: {error}; install it") from None


def answer(folder: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> str:
    """Return what Git prints, without the last newline. Raises Failed when it refuses, or `run`
    does.
    """
    ended = run(folder, *arguments, variables=variables)
    if ended.returncode:
        raise Failed(f"git {arguments[0]}: {why(ended)}")
    return os.fsdecode(ended.stdout).removesuffix("\n")


def email(folder: Path) -> str:
    """Return the address of the author of commits; empty when neither Git's variables nor its
    settings name one. Raises Failed as `run` does.
    """
    named = os.environ.get("GIT_AUTHOR_EMAIL")
    return named or os.fsdecode(run(folder, "config", "user.email").stdout).strip()


def why(ended: "subprocess.CompletedProcess[bytes]") -> str:
    """Return why Git refused, in its own words on one line."""
    return " ".join(os.fsdecode(ended.stderr or ended.stdout).split())
