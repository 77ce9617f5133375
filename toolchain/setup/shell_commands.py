"""Writes `.venv/bin/cdktf`, which sets all variables; run it after `. .venv/bin/activate`."""

from toolchain.paths import CDKTF, VENV_BIN

COMMAND = VENV_BIN / "cdktf"


def write() -> None:
    python = VENV_BIN / "python"
    text = f'#!/bin/sh\nexec "{python}" -m toolchain run -- "{CDKTF}" "$@"\n'
    if not COMMAND.is_file() or COMMAND.read_text() != text:
        COMMAND.write_text(text)
        COMMAND.chmod(0o755)
