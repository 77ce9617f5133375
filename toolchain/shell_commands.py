"""Puts `cdktf` into `.venv/bin`: after `. .venv/bin/activate` it runs with everything set."""

from toolchain.paths import ROOT, VENV_BIN

CDKTF = VENV_BIN / "cdktf"


def write() -> None:
    text = f'#!/bin/sh\nexec "{VENV_BIN}/python" -m toolchain run -- "{ROOT}/node_modules/.bin/cdktf" "$@"\n'
    if not CDKTF.is_file() or CDKTF.read_text() != text:
        CDKTF.write_text(text)
        CDKTF.chmod(0o755)
