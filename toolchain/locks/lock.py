"""`make lock`: re-makes every lock file from what it is locked from, naming no registry.

Versions that are locked already stay, unless `upgrade` asks for the newest that are allowed.
"""

import os

from toolchain.commands import output_of, run_logged
from toolchain.environment import tool_environment
from toolchain.locks import lock_inputs, virtual_environments
from toolchain.locks.lock_inputs import BUILD, NAMES
from toolchain.paths import LOCKS, ROOT, virtual_environment
from toolchain.progress import say

OLDEST_PYTHON = "3.11"


def lock(*, upgrade: bool) -> None:
    """Writes `toolchain/locks/*.txt` and package-lock.json."""
    virtual_environments.install("lock", "uv, which locks for every Python and platform at once")
    for name in NAMES:
        _lock_python(name, upgrade)
    say("  package-lock.json ...")
    run_logged(
        ["npm", "update" if upgrade else "install", "--package-lock-only", "--ignore-scripts"],
        log="lock",
        doing="locking the npm packages",
        env=tool_environment(),
    )


def _lock_python(name: str, upgrade: bool) -> None:
    target = LOCKS / f"{name}.txt"
    say(f"  {target.relative_to(ROOT)} ...")
    build = str(BUILD.relative_to(ROOT))
    project = ["pyproject.toml", "--group", "dev", build]
    uv = virtual_environment("lock") / "bin" / "uv"
    run_logged(
        [
            *(str(uv), "pip", "compile", "--output-file", str(target.relative_to(ROOT))),
            *(project if name == "project" else [f"toolchain/locks/{name}.in"]),
            *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-config"),
            *(["--upgrade"] if upgrade else []),
        ],
        log="lock",
        doing=f"locking {name}",
        env={**os.environ, **_index_of_pip(), "UV_CUSTOM_COMPILE_COMMAND": "make lock"},
    )
    target.write_text(lock_inputs.heading(name) + target.read_text())


def _index_of_pip() -> dict[str, str]:
    """uv does not read pip's settings, where a machine's mirror is named."""
    python = virtual_environment("lock") / "bin" / "python"
    found = output_of([str(python), "-m", "pip", "config", "get", "global.index-url"])
    return {"UV_DEFAULT_INDEX": found.strip()} if found else {}
