"""Virtual environments: uv installs each from one lock file with hashes; pip installs uv itself."""

import ast
import json
import os
import re
import sys
import tomllib
from pathlib import Path

from toolchain import stamps
from toolchain.commands import output_of, run_logged
from toolchain.locks import lock_inputs
from toolchain.paths import LOCKS, ROOT, VENV, virtual_environment
from toolchain.problems import ToolProblem

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
PROJECT_STAMP = VENV / "installed-project"
UV_VARIABLES = {
    "cert": "SSL_CERT_FILE",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
}
"""Maps settings of pip (pip documentation, "Configuration") to uv's ("Environment variables")."""
UV = virtual_environment("lock") / "bin" / "uv"


def install_uv() -> None:
    """Install the environment of `locks/lock.txt`, whose uv installs all others."""
    python = str(virtual_environment("lock") / "bin" / "python")
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install")
    _install("lock", "uv (.venv-lock)", *pip, "--require-hashes", "--no-deps", "--requirement")


def install(name: str, title: str) -> bool:
    """Install the environment of `locks/<name>.txt`; return whether anything was installed."""
    lock_inputs.require_current(name)
    python = str(virtual_environment(name) / "bin" / "python")
    sync = (str(UV), "pip", "sync", "--python", python)
    return _install(name, title, *sync, "--require-hashes", "--no-config")


def install_project() -> bool:
    """Install the source roots and the command `pay` into `.venv`, after its packages."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    relevant = [settings["project"], settings["build-system"], settings["tool"]["hatch"]]
    return stamps.step(
        "command `pay` (.venv, editable install)",
        PROJECT_STAMP,
        stamps.fingerprint([], PYTHON, json.dumps(relevant, sort_keys=True)),
        lambda: run_logged(
            [
                *(str(UV), "pip", "install", "--python", str(VENV / "bin" / "python")),
                *("--no-deps", "--no-build-isolation", "--offline", "--editable", "."),
            ],
            log="project",
            doing="installing this project into .venv",
            needed="a pyproject.toml that hatchling can build",
        ),
    )


def add_source_roots(name: str) -> None:
    """Make the environment import `policies` and the readers of `pay` from this checkout."""
    [site_packages] = virtual_environment(name).glob("lib/python*/site-packages")
    roots = "".join(f"{root}\n" for root in (ROOT, ROOT / "constructs"))
    site_packages.joinpath("pay-infra.pth").write_text(roots)


def create(name: str) -> None:
    """Create an empty environment, unless one with this Python is in this place."""
    home = virtual_environment(name)
    ask = "import sys, pip; print(sys.prefix, '%d.%d' % sys.version_info[:2])"
    runs_here = output_of([str(home / "bin" / "python"), "-c", ask]) == f"{home} {PYTHON}\n"
    if runs_here and _was_made_for(home):
        return
    try:
        run_logged(
            [sys.executable, "-m", "venv", "--clear", str(home)],
            log=name,
            doing=f"creating the virtual environment {home.name}",
        )
    except ToolProblem as problem:
        if output_of([sys.executable, "-c", "import ensurepip, venv"]) is not None:
            raise
        raise ToolProblem(
            f"{sys.executable} cannot create virtual environments",
            needed="Python's modules venv and ensurepip",
            do=f"install them (Debian and Ubuntu: apt-get install python{PYTHON}-venv)",
        ) from problem


def _was_made_for(home: Path) -> bool:
    """Return whether the environment was made in this place. After a move of the checkout, or in a
    copy, its programs would still start the former Python and code.
    """
    settings = (home / "pyvenv.cfg").read_text()
    return re.search(rf"(?m)^command = .* {re.escape(str(home))}$", settings) is not None


def pip_settings() -> dict[str, str]:
    """Return pip's settings as uv's variables, because uv does not read them."""
    listed = output_of([sys.executable, "-m", "pip", "config", "list"]) or ""
    # Like pip, search every index for a version; the hashes decide which file is correct.
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    # A line is `global.index-url='...'`, `install.index-url='...'` or `:env:.index-url='...'`. They
    # are in order of the alphabet; variables win over files, and a command's section over all's.
    lines = re.findall(r"(?m)^(\S+)\.([\w-]+)=('.*')$", listed)
    rank = {"global": 0, ":env:": 2}
    for _, key, value in sorted(lines, key=lambda line: rank.get(line[0], 1)):
        if variable := UV_VARIABLES.get(key):
            settings[variable] = " ".join(ast.literal_eval(value).split())
    return settings


def _install(name: str, title: str, *command: str) -> bool:
    lock, home = LOCKS / f"{name}.txt", virtual_environment(name)
    if home.is_symlink():
        # Creating an environment clears its folder, here that of another checkout.
        raise ToolProblem(
            f"{home.name} leads to {home.resolve()}",
            needed="a folder inside this checkout, which set-up may change",
            do=f"remove the link (rm {home.name}), then run it again",
        )

    def run() -> None:
        create(name)
        if home == VENV:
            # uv removes packages that are not in the lock file, such as this project.
            PROJECT_STAMP.unlink(missing_ok=True)
        run_logged(
            [*command, str(lock)],
            log=name,
            doing=f"installing toolchain/locks/{lock.name} into {home.name}",
            env={**os.environ, **pip_settings()},
        )

    return stamps.step(title, home / "installed", stamps.fingerprint([lock], PYTHON), run)
