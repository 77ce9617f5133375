"""Puts `cdktf` into `.venv/bin`: after `. .venv/bin/activate` it runs with everything set."""

from toolchain.paths import CDKTF as NODE_PROGRAM
from toolchain.paths import VENV_BIN

CDKTF = VENV_BIN / "cdktf"


def write() -> None:
    python = VENV_BIN / "python"
    text = f'#!/bin/sh\nexec "{python}" -m toolchain run -- "{NODE_PROGRAM}" "$@"\n'
    if not CDKTF.is_file() or CDKTF.read_text() != text:
        CDKTF.write_text(text)
        CDKTF.chmod(0o755)
