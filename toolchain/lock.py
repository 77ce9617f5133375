"""`make lock`: re-makes every lock file from what it is locked from, naming no registry."""

import os
import subprocess

from toolchain import virtual_environments
from toolchain.commands import output_of, run_logged
from toolchain.environment import tool_environment
from toolchain.paths import LOCKS, ROOT, virtual_environment

OLDEST_PYTHON = "3.11"


def lock() -> None:
    """Writes `toolchain/locks/*.txt` and package-lock.json."""
    virtual_environments.install("lock", "uv, which resolves for every Python and platform at once")
    for source in sorted(LOCKS.glob("*.in")):
        name = source.stem
        if name == "build":
            continue
        _compile(name, [str(source.relative_to(ROOT))])
    build = str((LOCKS / "build.in").relative_to(ROOT))
    _compile("project", ["pyproject.toml", "--group", "dev", build])
    print("  package-lock.json ...", flush=True)
    run_logged(
        ["npm", "install", "--package-lock-only", "--ignore-scripts"],
        log="lock",
        doing="locking the npm packages",
        env=tool_environment(),
    )


def _compile(name: str, sources: list[str]) -> None:
    print(f"  toolchain/locks/{name}.txt ...", flush=True)
    uv = virtual_environment("lock") / "bin" / "uv"
    run_logged(
        [
            *(str(uv), "pip", "compile", *sources, "--output-file", f"toolchain/locks/{name}.txt"),
            *("--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--upgrade"),
            *("--no-emit-index-url", "--no-emit-find-links", "--no-config"),
        ],
        log="lock",
        doing=f"locking {name}",
        env={**os.environ, **_index_of_pip(), "UV_CUSTOM_COMPILE_COMMAND": "make lock"},
    )


def _index_of_pip() -> dict[str, str]:
    """uv does not read pip's settings, where a machine's mirror is named."""
    python = virtual_environment("lock") / "bin" / "python"
    found = output_of([str(python), "-m", "pip", "config", "get", "global.index-url"])
    return {"UV_DEFAULT_INDEX": found.strip()} if found else {}
