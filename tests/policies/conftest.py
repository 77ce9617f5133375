"""The gate as a subprocess: it lives in an environment of its own, and each start costs seconds."""

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
"""The day for which waivers are judged here; `make policy` judges them for today."""

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
    """What the gate finds under each root, by the root's name, in one run."""
    options = [part for root in roots for part in ("--root", root)]
    run = run_gate(*options, "--on", DAY, "--format", "json", *arguments)
    assert run.returncode in (0, 1), run.stderr
    return {Path(found["root"]).name: found for found in json.loads(run.stdout)["roots"]}


def copy_stacks(source: Path, root: Path, *names: str) -> Path:
    """Some of the stacks below a new root, with the manifest that cdktf writes beside them."""
    for name in names:
        shutil.copytree(source / name, root / name)
    stacks = {name: {"synthesizedStackPath": f"{name}/cdk.tf"} for name in names}
    (root / "manifest.json").write_text(json.dumps({"stacks": stacks}))
    return root


@pytest.fixture(scope="session")
def both_sides(tools: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some services of production, inside, connected and outside, with half of the traffic on each
    side: a folder of stacks as main.py writes them, whatever stage they are at today.
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
