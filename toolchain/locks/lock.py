"""`make lock`: updates every lock file from its inputs, without the name of a registry.

Locked versions stay, unless `upgrade` requests the newest allowed ones.
"""

import os

from toolchain.commands import run_logged
from toolchain.environment import tool_environment
from toolchain.locks import lock_inputs, virtual_environments
from toolchain.locks.lock_inputs import BUILD, NAMES, NPM
from toolchain.paths import LOCKS, ROOT
from toolchain.progress import say

OLDEST_PYTHON = "3.11"


def lock(*, upgrade: bool) -> None:
    """Write `toolchain/locks/*.txt` and each package-lock.json."""
    virtual_environments.install_uv()
    for name in NAMES:
        _lock_python(name, upgrade)
    for folder in NPM:
        path = (folder / "package-lock.json").relative_to(ROOT)
        say(f"  {path} ...")
        run_logged(
            ["npm", "update" if upgrade else "install", "--package-lock-only", "--ignore-scripts"],
            log="lock",
            doing=f"locking the npm packages of {path}",
            env=tool_environment(),
            cwd=folder,
        )


def _lock_python(name: str, upgrade: bool) -> None:
    target = LOCKS / f"{name}.txt"
    path = str(target.relative_to(ROOT))
    say(f"  {path} ...")
    project = ["pyproject.toml", "--group", "dev", str(BUILD.relative_to(ROOT))]
    run_logged(
        [
            *(str(virtual_environments.UV), "pip", "compile", "--output-file", path),
            *(project if name == "project" else [f"toolchain/locks/{name}.in"]),
            *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-config"),
            *(f"--overrides={file.relative_to(ROOT)}" for file in lock_inputs.overrides(name)),
            *(["--upgrade"] if upgrade else []),
        ],
        log="lock",
        doing=f"locking {name}",
        env={
            **os.environ,
            **virtual_environments.pip_settings(),
            "UV_CUSTOM_COMPILE_COMMAND": "make lock",
        },
    )
    target.write_text(lock_inputs.heading(name) + target.read_text())
