"""Runs the gate in its own virtual environment, and writes roots for it to judge."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.policies import warm_gate
from tests.policies.warm_gate import GATE_PYTHON

DAY = "2026-12-01"
"""The day on which tests judge waivers; `make policy` uses today."""

_HEADER = re.compile(r'^(resource|data) "(\w+)" "([\w-]+)"', re.MULTILINE)

Judge = Callable[..., Any]


def run_gate(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Start `python -m policies`; `judge` spares the start."""
    return subprocess.run(
        [str(GATE_PYTHON), "-m", "policies", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def judge(roots: Iterable[Path], *arguments: object) -> dict[str, Any]:
    """Return the gate's JSON report of each root, by the root's name, from one run."""
    options = [part for root in roots for part in ("--root", root)]
    run = warm_gate.ask(*options, "--on", DAY, "--format", "json", *arguments)
    assert run.returncode in (0, 1), run.stderr
    return {Path(each["root"]).name: each for each in json.loads(run.stdout)["roots"]}


def copy_stacks(source: Path, root: Path, *names: str) -> Path:
    """Copy some of the stacks below a new root, with the manifest that cdktf writes beside them."""
    for name in names:
        shutil.copytree(source / name, root / name)
    write_manifest(root, names)
    return root


def write_manifest(root: Path, stacks: Iterable[str]) -> None:
    paths = {name: {"synthesizedStackPath": f"{name}/cdk.tf"} for name in stacks}
    (root / "manifest.json").write_text(json.dumps({"stacks": paths}))


def count_as_synthesised(root: Path) -> None:
    """Writes the counts that synthesis would leave beside HCL which was changed by hand: what the
    gate refuses then, it refuses for what the HCL says.
    """
    files = sorted(root.glob("*/cdk.tf"))
    write_manifest(root, (file.parent.name for file in files))
    for file in files:
        document: dict[str, dict[str, dict[str, Any]]] = {"resource": {}, "data": {}}
        for kind, type_, name in _HEADER.findall(file.read_text()):
            document[kind].setdefault(type_, {})[name] = {}
        file.with_name("metadata.json").write_text(json.dumps(document))
