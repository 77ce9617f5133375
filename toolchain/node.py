"""Node for cdktf-cli and jsii: the one on PATH when cdktf-cli can run on it, else a packaged one."""

import shutil
from pathlib import Path

from toolchain import stamps, versions, virtual_environments
from toolchain.commands import output_of, run_logged
from toolchain.paths import NODE_MODULES, ROOT, VENV_BIN, virtual_environment
from toolchain.problems import ToolProblem
from toolchain.search import programs_on_path

PROGRAMS = ("node", "npm")


def suitable(node: Path) -> bool:
    """Whether cdktf-cli 0.21 can run on this Node."""
    version = versions.parse(output_of([str(node), "--version"]) or "")
    return version is not None and versions.NODE_AT_LEAST <= version < versions.NODE_BELOW


def provide() -> None:
    """Leaves PATH's node in use, or links a packaged Node 20 with its npm into `.venv/bin`."""
    first = next(iter(programs_on_path("node")), None)
    if first is not None and suitable(first) and programs_on_path("npm"):
        for program in PROGRAMS:
            (VENV_BIN / program).unlink(missing_ok=True)
        return
    virtual_environments.install("node", _why(first))
    packaged = virtual_environment("node") / "bin"
    for program in PROGRAMS:
        link = VENV_BIN / program
        link.unlink(missing_ok=True)
        link.symlink_to(packaged / program)
    if not suitable(VENV_BIN / "node"):
        raise ToolProblem(
            f"the packaged Node does not run on this machine ({packaged / 'node'})",
            needed=f"Node {versions.show(versions.NODE_AT_LEAST)} or a later Node 20 on PATH",
            do="install Node 20 and run `make setup` again",
        )


def _why(found: Path | None) -> str:
    if found is None:
        return "Node 20 (there is none on PATH)"
    version = versions.parse(output_of([str(found), "--version"]) or "")
    shown = "an unknown version" if version is None else versions.show(version)
    return f"Node 20 (PATH has {shown}, which cdktf-cli 0.21 cannot run on)"


def install_packages(env: dict[str, str]) -> bool:
    """Installs cdktf-cli as package-lock.json names it."""
    npm = shutil.which("npm", path=env["PATH"])
    lock = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
    return stamps.step(
        "cdktf-cli (npm)",
        NODE_MODULES / ".installed",
        stamps.fingerprint(lock),
        # Install scripts would compile or download what the packages carry ready made.
        lambda: run_logged(
            [str(npm), "ci", "--ignore-scripts", "--no-progress"],
            log="npm",
            doing="installing cdktf-cli with npm ci",
            env=env,
        ),
    )
