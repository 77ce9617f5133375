"""Synthesises a checkout of the project."""

import os
import subprocess
import sys
from pathlib import Path

from pay.model.problem import InvalidInput, Problem


def output_folder() -> Path:
    """Return CDKTF_OUTDIR, else `cdktf.out` of the working folder."""
    return Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out").resolve()


def stack_globs() -> str:
    """Return PAY_STACKS, the globs to which the shell limits a run; empty for every stack."""
    return os.environ.get("PAY_STACKS", "")


def synthesise(checkout: Path, environments: Path, out: Path, *, globs: str = "") -> None:
    """Synthesise a checkout by its own code, with the environment files in `environments`. Only
    installed packages and bindings are shared.

    Raises InvalidInput when `checkout` is not one, or cannot be synthesised.
    """
    variables = {
        **os.environ,
        "PYTHONPATH": f"{checkout}{os.pathsep}{checkout / 'constructs'}",
        "PAY_ENVIRONMENTS": str(environments),
        "CDKTF_OUTDIR": str(out),
        "PAY_STACKS": globs,
    }
    command = [sys.executable, "-O", "main.py"]
    run = subprocess.run(command, cwd=checkout, env=variables, capture_output=True, text=True)
    if run.returncode:
        problem = Problem(
            where=str(checkout / "main.py"),
            found=run.stderr.strip() or f"exit status {run.returncode}",
            allowed="an estate that can be synthesised",
        )
        raise InvalidInput([problem])
