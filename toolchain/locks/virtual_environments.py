"""Virtual environments, each made from one lock file with hashes by plain pip."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from toolchain import stamps
from toolchain.commands import output_of, run_logged
from toolchain.locks import lock_inputs
from toolchain.paths import LOCKS, ROOT, VENV, virtual_environment
from toolchain.problems import ToolProblem

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# Not from a lock file: what comes with the environment, and this project itself.
KEPT = {"pip", "setuptools", "pay-infra"}


def install(name: str, title: str) -> bool:
    """Makes the environment of `locks/<name>.txt`; True when there was something to do."""
    if name != "lock":
        lock_inputs.require_current(name)
    lock = LOCKS / f"{name}.txt"
    home = virtual_environment(name)
    wanted = stamps.fingerprint([lock], PYTHON)
    return stamps.step(title, home / "installed", wanted, lambda: _install(name, lock, home))


def install_project() -> bool:
    """Puts the source roots and the command `pay` into `.venv`."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    relevant = [settings["project"], settings["build-system"], settings["tool"]["hatch"]]
    wanted = stamps.fingerprint([], PYTHON, json.dumps(relevant, sort_keys=True))
    return stamps.step(
        "command `pay` (.venv, editable install)",
        VENV / "installed-project",
        wanted,
        lambda: run_logged(
            [*_pip(VENV), "install", "--no-deps", "--no-build-isolation", "--editable", "."],
            log="project",
            doing="installing this project into .venv",
            needed="a pyproject.toml that hatchling can build",
        ),
    )


def add_source_roots(name: str) -> None:
    """Lets the environment import `policies` and the readers of `pay` of this checkout."""
    [site_packages] = virtual_environment(name).glob("lib/python*/site-packages")
    roots = "".join(f"{root}\n" for root in (ROOT, ROOT / "constructs"))
    site_packages.joinpath("pay-infra.pth").write_text(roots)


def create(name: str) -> None:
    """An empty environment, unless there is one that runs this Python in this place."""
    home = virtual_environment(name)
    ask = "import sys, pip; print(sys.prefix, '%d.%d' % sys.version_info[:2])"
    if output_of([str(home / "bin" / "python"), "-c", ask]) == f"{home} {PYTHON}\n":
        return
    try:
        run_logged(
            [sys.executable, "-m", "venv", "--clear", str(home)],
            log=name,
            doing=f"making the virtual environment {home.name}",
        )
    except ToolProblem as problem:
        if output_of([sys.executable, "-c", "import ensurepip, venv"]) is not None:
            raise
        raise ToolProblem(
            f"{sys.executable} cannot make virtual environments",
            needed="Python's modules venv and ensurepip",
            do=f"install them (Debian and Ubuntu: apt-get install python{PYTHON}-venv)",
        ) from problem


def _pip(home: Path) -> list[str]:
    python = str(home / "bin" / "python")
    return [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]


def _install(name: str, lock: Path, home: Path) -> None:
    create(name)
    run_logged(
        [
            *(*_pip(home), "install", "--require-hashes", "--no-deps", "--requirement", str(lock)),
            "--no-compile",  # 15 s sooner; Python compiles what it imports when it does
        ],
        log=name,
        doing=f"installing toolchain/locks/{lock.name} into {home.name}",
    )
    _remove_what_the_lock_does_not_name(name, lock, home)


def _remove_what_the_lock_does_not_name(name: str, lock: Path, home: Path) -> None:
    locked = {_normal(found) for found in re.findall(r"(?m)^([\w.-]+)==", lock.read_text())}
    listed = subprocess.run(
        [*_pip(home), "list", "--format", "json"], capture_output=True, text=True, check=True
    )
    present = {_normal(entry["name"]) for entry in json.loads(listed.stdout)}
    if extra := sorted(present - locked - KEPT):
        run_logged(
            [*_pip(home), "uninstall", "--yes", *extra],
            log=name,
            doing=f"removing packages that {lock.name} does not name",
        )


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()
