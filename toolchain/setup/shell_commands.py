"""Puts `cdktf` into `.venv/bin`: after `. .venv/bin/activate` it runs with everything set."""

from toolchain.paths import CDKTF, VENV_BIN

COMMAND = VENV_BIN / "cdktf"


def write() -> None:
    python = VENV_BIN / "python"
    text = f'#!/bin/sh\nexec "{python}" -m toolchain run -- "{CDKTF}" "$@"\n'
    if not COMMAND.is_file() or COMMAND.read_text() != text:
        COMMAND.write_text(text)
        COMMAND.chmod(0o755)
