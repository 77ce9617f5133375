"""Generates typed bindings from a trimmed schema with `cdktf get`: `imports/`. The test of the next
provider asks for a second folder.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from toolchain import stamps
from toolchain.bindings import schema_file
from toolchain.commands import run_logged, write_command
from toolchain.paths import CACHE, CDKTF, IMPORTS, ROOT

NEXT_BINDINGS = CACHE / "next-provider" / "imports"
"""The package `imports` of the next provider; the folder above it goes first into `sys.path`."""


def generate(env: dict[str, str]) -> bool:
    """Generate `imports/` unless it is current; return whether it was generated."""
    title = "imports/ (typed bindings from the trimmed provider schema)"
    return _step(title, CDKTF, schema_file.SCHEMA, IMPORTS, env)


def generate_next(env: dict[str, str]) -> Path:
    """Generate the bindings of the next provider unless they are current; return their folder."""
    title = f"typed bindings from {schema_file.NEXT.name}"
    _step(title, CDKTF, schema_file.NEXT, NEXT_BINDINGS, env)
    return NEXT_BINDINGS


def generate_by(cdktn: Path, schema: Path, target: Path, env: dict[str, str]) -> None:
    """Generate bindings with the command line of CDK Terrain unless they are current."""
    _step("typed bindings of cdktn", cdktn, schema, target, env)


def _step(title: str, cli: Path, schema: Path, target: Path, env: dict[str, str]) -> bool:
    lock = cli.parents[2] / "package-lock.json"
    inputs = [schema, lock, ROOT / "cdktf.json"]
    return stamps.step(
        title,
        target / ".generated",
        stamps.fingerprint(inputs),
        lambda: _generate(cli, schema, target, env),
    )


def _generate(cli: Path, schema: Path, target: Path, env: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        terraform = Path(folder) / "terraform"
        fake = f'"{sys.executable}" -m toolchain.bindings.fake_terraform "{schema}"'
        write_command(terraform, f'cd "{ROOT}" && exec {fake} "$@"')
        fresh = Path(folder) / "imports"
        run_logged(
            [str(cli), "get", "--force", "--language", "python", "--output", str(fresh)],
            log="bindings",
            doing="generating the bindings with cdktf get",
            env={**env, "TERRAFORM_BINARY_NAME": str(terraform), "CDKTF_HOME": f"{folder}/home"},
        )
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(fresh, target)
