"""Terraform: the one on PATH if it is new enough, else its command line from a Python package."""

import shutil
import sys
from pathlib import Path

from toolchain.commands import output_of
from toolchain.locks import virtual_environments
from toolchain.paths import ROOT, VENV_BIN, virtual_environment
from toolchain.problems import ToolProblem
from toolchain.setup import versions
from toolchain.setup.search import programs_on_path

NAME = "terraform"
FALLBACK = VENV_BIN / NAME


def version_of(program: Path) -> versions.Version | None:
    """Return a program's version; `-json` is not used, as it reads the working folder's files."""
    return versions.parse(output_of([str(program), "-version"]) or "")


def suitable(version: versions.Version | None) -> bool:
    return version is not None and version >= versions.TERRAFORM_AT_LEAST


def provide() -> None:
    """Use the terraform on PATH, or write a replacement to `.venv/bin/terraform`.

    Raises ToolProblem if the packaged Terraform does not run on this machine.
    """
    first = next(iter(programs_on_path(NAME)), None)
    version = None if first is None else version_of(first)
    if suitable(version):
        FALLBACK.unlink(missing_ok=True)
        return
    state = f"PATH has {versions.show_or_unknown(version)}" if first else "there is none on PATH"
    _refuse_other_platforms(state)
    virtual_environments.install(NAME, f"Terraform from a Python package ({state})")
    python = virtual_environment(NAME) / "bin" / "python"
    program = ROOT / "toolchain" / "setup" / "terraform_program.py"
    text = f'#!/bin/sh\nexec "{python}" -I "{program}" "$@"\n'
    if not FALLBACK.is_file() or FALLBACK.read_text() != text:
        FALLBACK.write_text(text)
        FALLBACK.chmod(0o755)
    if not suitable(version_of(FALLBACK)):
        raise _problem(state, "the packaged Terraform does not run on this machine")


def require(path: str) -> None:
    """Raise ToolProblem if the first terraform on this search path is missing or too old."""
    program = shutil.which(NAME, path=path)
    version = None if program is None else version_of(Path(program))
    if not suitable(version):
        raise ToolProblem(
            "there is no terraform on PATH"
            if program is None
            else f"{program} is {versions.show_or_unknown(version)}",
            needed=f"Terraform {versions.show(versions.TERRAFORM_AT_LEAST)} or later",
            do="run `make setup` to install one into this checkout",
        )


def _refuse_other_platforms(state: str) -> None:
    if sys.platform not in ("linux", "darwin"):
        raise _problem(state, f"there is no packaged Terraform for {sys.platform}")


def _problem(state: str, why: str) -> ToolProblem:
    return ToolProblem(
        f"no usable Terraform: {state}, and {why}",
        needed=f"Terraform {versions.show(versions.TERRAFORM_AT_LEAST)} or later on PATH",
        do="install Terraform and run `make setup` again",
    )
