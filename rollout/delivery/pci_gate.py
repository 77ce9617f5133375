"""Starts the PCI gate, which has a Python environment of its own.

checkov and python-hcl2 both install a package `hcl2`.
"""

import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rollout.terminal.refusal import Failed
from toolchain.paths import ROOT, virtual_environment

RESULT = "pci.json"

REPORTS = {
    "html": "pci.html",
    "json": RESULT,
    "junit": "pci.junit.xml",
    "markdown": "pci.md",
    "sarif": "pci.sarif",
}


def run_gate(
    out: Path,
    reports: Path,
    plans: Sequence[Path] = (),
    *,
    partial: bool = False,
    on: date | None = None,
    as_json: bool = False,
    beside: bool = False,
) -> int:
    """Judge the stacks below `out`, with `plans` as a second net, and write the reports.

    `beside` prints the table on standard error, where standard output is for another document.
    Returns the gate's exit code: 0 passed, 1 refused, 2 wrong use. Raises Failed when its Python
    environment is not installed.
    """
    python = virtual_environment("checkov") / "bin" / "python"
    if not python.exists():
        raise Failed(f"{python.parents[1].name} is missing; run `make setup`")
    arguments = ["--root", str(out.resolve()), "--format", "json" if as_json else "table"]
    for form, name in REPORTS.items():
        arguments += ["--format", f"{form}={(reports / name).resolve()}"]
    if plans:
        arguments += ["--plan", *(str(plan.resolve()) for plan in plans)]
    if partial:
        arguments.append("--partial")
    if on:
        arguments += ["--on", f"{on:%Y-%m-%d}"]
    command = [str(python), "-m", "policies", *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=2 if beside else None).returncode
