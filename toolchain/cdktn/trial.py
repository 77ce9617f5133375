"""`make cdktn`: tries the switch in a copy of this checkout, and compares every stack.

The copy has its own locked environment, command line and bindings. Nothing of the checkout changes.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from toolchain.bindings import generate, schema_file
from toolchain.cdktn import switch
from toolchain.commands import run_logged
from toolchain.environment import tool_environment
from toolchain.locks import virtual_environments
from toolchain.paths import CACHE, LOCKS, ROOT, VENV_BIN, virtual_environment
from toolchain.problems import ToolProblem
from toolchain.progress import say
from toolchain.setup.node import install_packages, packaged

HOME = CACHE / "cdktn"
COPY = HOME / "checkout"
PATCH = HOME / "switch.patch"
NEEDED = ("main.py", "cdktf.json", "constructs", "environments", "rollout", "stacks", "toolchain")
"""The files and folders that synthesis reads."""
ENVIRONMENTS = {"22": "node22", "24": "cdktn"}
"""A major version of Node -> the environment that holds it."""


def try_switch() -> None:
    """Write the patch of the switch; raise ToolProblem unless every stack stays equal to the byte
    on each Node.
    """
    texts = switch.switched(ROOT)
    _copy(texts)
    virtual_environments.install_uv()
    for name in ENVIRONMENTS.values():
        virtual_environments.install(name, f"the trial of cdktn (.venv-{name})")
    cdktn = _installed_cli()
    environments = {version: _environment(name) for version, name in ENVIRONMENTS.items()}
    generate.generate_by(cdktn, schema_file.SCHEMA, COPY / "imports", environments["24"])
    before = _synthesised(VENV_BIN / "python", ROOT, "cdktf", tool_environment())
    python = virtual_environment("cdktn") / "bin" / "python"
    differing = []
    for version, env in environments.items():
        after = _synthesised(python, COPY, f"node-{version}", env)
        unequal = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
        say(f"  Node {version}: {len(before) - len(unequal)} of {len(before)} stacks are equal")
        differing += [f"Node {version}: {name} differs" for name in unequal]
    if differing:
        raise ToolProblem(
            "\n".join(differing),
            needed="the same HCL2 from cdktn as from cdktf, to the byte",
            do=f"compare the folders below {HOME.relative_to(ROOT)}",
        )
    PATCH.write_text(switch.patch(ROOT, texts))
    where = PATCH.relative_to(ROOT)
    say(f"  {where} is the commit: git apply {where}, then make lock, make setup and make test")


def _copy(texts: Mapping[str, str]) -> None:
    kept = COPY / "imports"
    aside = HOME / "imports"
    if kept.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
        kept.rename(aside)
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    if aside.is_dir():
        aside.rename(kept)
    ignore = shutil.ignore_patterns("__pycache__")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, COPY / name, ignore=ignore)
        else:
            shutil.copy2(source, COPY / name)
    for name, text in texts.items():
        if (COPY / name).is_file():
            (COPY / name).write_text(text)


def _installed_cli() -> Path:
    folder = HOME / "cli"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (LOCKS / "cdktn").iterdir():
        shutil.copy2(file, folder / file.name)
    install_packages(_environment("cdktn"), folder, "cdktn-cli (npm)")
    return folder / "node_modules" / ".bin" / "cdktn"


def _environment(name: str) -> dict[str, str]:
    """Return an environment in which the packaged Node of a virtual environment comes first."""
    programs = HOME / "programs" / name
    programs.mkdir(parents=True, exist_ok=True)
    for command in ("node", "npm"):
        link = programs / command
        link.unlink(missing_ok=True)
        link.symlink_to(packaged(command, virtual_environment(name)))
    env = tool_environment()
    # The command line asks this Python for the version of its library.
    python = virtual_environment("cdktn") / "bin"
    return {
        **env,
        "PATH": os.pathsep.join([str(programs), str(python), env["PATH"]]),
        "PYTHONPATH": f"{COPY}{os.pathsep}{COPY / 'constructs'}",
    }


def _synthesised(
    python: Path, checkout: Path, name: str, env: Mapping[str, str]
) -> dict[str, bytes]:
    """Return the HCL2 of every stack by its id."""
    target = HOME / name
    shutil.rmtree(target, ignore_errors=True)
    run_logged(
        [str(python), "-O", "main.py"],
        log="cdktn",
        doing=f"synthesising every stack ({name})",
        needed="a synthesis that ends well",
        env={**env, "CDKTF_OUTDIR": str(target), "PAY_REUSE": "off"},
        cwd=checkout,
    )
    return {file.parent.name: file.read_bytes() for file in target.glob("stacks/*/cdk.tf")}
