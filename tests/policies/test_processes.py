"""A root that processes share gets the verdict that one process gives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.policies.conftest import write_manifest
from tests.policies.warm_gate import GATE_PYTHON

pytestmark = pytest.mark.slow

STACKS = [f"stack-{number:02}" for number in range(81)]
"""Enough for a second process."""

OPEN = """resource "aws_security_group" "open" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
UNREADABLE = 'resource "aws_security_group" {{'


def report(root: Path, cores: set[int]) -> str:
    run = subprocess.run(
        [GATE_PYTHON, "-m", "policies", "--root", root, "--on", "2026-12-01", "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    assert run.returncode == 1, run.stderr
    return run.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to one core")
def test_two_processes_report_what_one_reports(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        pytest.skip("one core: the gate starts no second process")
    for name in STACKS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "cdk.tf").write_text(UNREADABLE if name == "stack-40" else OPEN)
    write_manifest(tmp_path, STACKS)
    alone = report(tmp_path, {min(cores)})
    assert report(tmp_path, cores) == alone
    assert "stack-40/cdk.tf" in alone
    assert "stack-80" in alone
