"""Asks the package registries for the newest versions, and writes them down."""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from rollout.terminal.refusal import Failed
from rollout.versions.pinned import Pinned, Source
from toolchain.locks.virtual_environments import UV, pip_settings
from toolchain.paths import ROOT, virtual_environment

Newest = Mapping[tuple[Source, str], str]


def newest(pins: Iterable[Pinned]) -> Newest:
    """Return the newest version of each package in the registries that pip and npm are set to.

    Raises Failed when a registry cannot be asked.
    """
    behind = {(Source.PYPI, name): version for name, version in _newer_of_pypi()}
    behind |= {(Source.NPM, name): version for name, version in _newer_of_npm()}
    return {
        (pin.source, pin.name): behind.get((pin.source, pin.name), pin.version)
        for pin in pins
        if pin.source is not Source.PROGRAMS
    }


def with_newest(text: str, versions: Newest, today: date) -> str:
    """Return the text of `known.toml` with a row for each package, and nothing else changed.

    Rows of packages that are pinned no longer go.
    """
    document = tomlkit.parse(text)
    for source in (Source.PYPI, Source.NPM):
        rows: Any = document.setdefault(source.value, tomlkit.table())
        names = {name for kind, name in versions if kind is source}
        for name in set(rows) - names:
            del rows[name]
        for name in sorted(names):
            row = rows.setdefault(name, tomlkit.inline_table())
            row["newest"] = versions[source, name]
            row["checked"] = today
    return tomlkit.dumps(document)


def _newer_of_pypi() -> Iterable[tuple[str, str]]:
    environment = {**os.environ, **pip_settings()}
    for name in ("project", "checkov", "lock"):
        python = virtual_environment(name) / "bin" / "python"
        command = [str(UV), "pip", "list", "--outdated", "--format", "json", "--no-config"]
        for row in _asked([*command, "--python", str(python)], environment):
            yield row["name"], row["latest_version"]


def _newer_of_npm() -> Iterable[tuple[str, str]]:
    # npm ends with 1 when something is behind.
    outdated = _asked(
        ["npm", "outdated", "--json"], {**os.environ}, fine=lambda code: code in (0, 1)
    )
    for name, row in outdated.items():
        yield name, row["latest"]


def _asked(
    command: list[str],
    environment: Mapping[str, str],
    fine: Callable[[int], bool] = lambda code: code == 0,
) -> Any:
    program = Path(command[0]).name
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
        )
        answer = json.loads(done.stdout or "{}")
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Failed(
            f"{program} did not answer ({error}). Run make setup, and try again."
        ) from None
    if not fine(done.returncode) or "error" in answer:
        errors = done.stderr.strip().splitlines() or [str(answer)]
        raise Failed(f"{program} could not ask its registry: {errors[-1]}. Nothing was written.")
    return answer
