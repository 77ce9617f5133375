"""Generates `imports/` from the trimmed schema with `cdktf get`."""

import shutil
import sys
import tempfile
from pathlib import Path

from toolchain import stamps
from toolchain.bindings import schema_file
from toolchain.commands import run_logged, write_command
from toolchain.paths import CDKTF, IMPORTS, ROOT


def generate(env: dict[str, str]) -> bool:
    """Generate `imports/` unless it is current; return whether it was generated."""
    inputs = [schema_file.SCHEMA, ROOT / "package-lock.json", ROOT / "cdktf.json"]
    return stamps.step(
        "imports/ (typed bindings from the trimmed provider schema)",
        IMPORTS / ".generated",
        stamps.fingerprint(inputs),
        lambda: _generate(env),
    )


def _generate(env: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        terraform = Path(folder) / "terraform"
        fake = f'"{sys.executable}" -m toolchain.bindings.fake_terraform'
        write_command(terraform, f'cd "{ROOT}" && exec {fake} "$@"')
        fresh = Path(folder) / "imports"
        run_logged(
            [str(CDKTF), "get", "--force", "--language", "python", "--output", str(fresh)],
            log="bindings",
            doing="generating the bindings with cdktf get",
            env={**env, "TERRAFORM_BINARY_NAME": str(terraform), "CDKTF_HOME": f"{folder}/home"},
        )
        shutil.rmtree(IMPORTS, ignore_errors=True)
        shutil.move(fresh, IMPORTS)
