"""Runs the gate as a subprocess, in its own virtual environment; each start takes seconds."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tests.conftest import ROOT, synthesise

GATE_PYTHON = ROOT / ".venv-checkov" / "bin" / "python"
DAY = "2026-12-01"
"""The day on which tests judge waivers; `make policy` uses today."""

MOVING = ("connector", "egress", "frontend", "ledger")
STACKS = [
    "production-2-platform",
    *(f"production-2-{service}-*" for service in MOVING),
    "test-12-platform",
]

Judge = Callable[..., Any]


def run_gate(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(GATE_PYTHON), "-m", "policies", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def judge(roots: Iterable[Path], *arguments: object) -> dict[str, Any]:
    """Return the gate's JSON report of each root, by the root's name, from one run."""
    options = [part for root in roots for part in ("--root", root)]
    run = run_gate(*options, "--on", DAY, "--format", "json", *arguments)
    assert run.returncode in (0, 1), run.stderr
    return {Path(each["root"]).name: each for each in json.loads(run.stdout)["roots"]}


def copy_stacks(source: Path, root: Path, *names: str) -> Path:
    """Copy some of the stacks below a new root, with the manifest that cdktf writes beside them."""
    for name in names:
        shutil.copytree(source / name, root / name)
    stacks = {name: {"synthesizedStackPath": f"{name}/cdk.tf"} for name in names}
    (root / "manifest.json").write_text(json.dumps({"stacks": stacks}))
    return root


@pytest.fixture(scope="session")
def both_sides(tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of stacks that main.py wrote, for production services of every scope.

    Each service has half of its traffic on each side, regardless of its stage today.
    """
    environments = tmp_path_factory.mktemp("environments")
    shutil.copytree(ROOT / "environments", environments, dirs_exist_ok=True)
    production = environments / "production-2.toml"
    document: Any = tomlkit.parse(production.read_text())
    for service in MOVING:
        document["services"][service]["stage"] = "half"
    production.write_text(tomlkit.dumps(document))
    outdir = tmp_path_factory.mktemp("both-sides")
    synthesise(outdir, tools, PAY_ENVIRONMENTS=str(environments), PAY_STACKS=" ".join(STACKS))
    return outdir / "stacks"
