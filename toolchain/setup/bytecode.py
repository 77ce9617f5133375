"""Compiles the modules that synthesis imports: without bytecode, every start takes 1.5 s longer.

uv does not write it (virtual_environments.py). Python does not write it either where
PYTHONDONTWRITEBYTECODE is set, as in most containers.
"""

from toolchain import stamps
from toolchain.commands import run_logged
from toolchain.environment import tool_environment
from toolchain.paths import IMPORTS, LOCKS, VENV, VENV_BIN

# Libraries are imported, not compiled whole, because most of their files are never used. The
# project's own files are few, change often and may be broken.
_COMPILE = (
    "import compileall, sys, cdktf, pydantic; "
    "sys.exit(not compileall.compile_dir('imports', quiet=1))"
)


def write() -> bool:
    """Write the bytecode unless it is current; return whether it was written."""
    return stamps.step(
        "bytecode of cdktf and imports/",
        VENV / "installed-bytecode",
        stamps.fingerprint([LOCKS / "project.txt"], (IMPORTS / ".generated").read_text()),
        _write,
    )


def _write() -> None:
    # cdktf runs the app with -O, which has separate bytecode; pytest and `pay` run without.
    for flags in ([], ["-O"]):
        run_logged(
            [str(VENV_BIN / "python"), *flags, "-c", _COMPILE],
            log="bytecode",
            doing="compiling the modules that synthesis imports",
            needed="the packages of .venv and imports/",
            env={**tool_environment(), "PYTHONDONTWRITEBYTECODE": ""},
        )
