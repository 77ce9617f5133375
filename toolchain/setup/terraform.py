"""Terraform: the one on PATH if it is new enough, else its command line from a Python package."""

from pathlib import Path

from toolchain.commands import write_command
from toolchain.paths import ROOT, VENV_BIN
from toolchain.setup.tools import SetupTool


def _write(command: str, home: Path) -> None:
    program = ROOT / "toolchain" / "setup" / "terraform_program.py"
    write_command(VENV_BIN / command, f'exec "{home}/bin/python" -I "{program}" "$@"')


TERRAFORM = SetupTool(
    "terraform",
    "Terraform 1.10.0 or later",  # the S3 backend's use_lockfile
    lambda version: version >= (1, 10, 0),
    ("terraform",),
    _write,
)
