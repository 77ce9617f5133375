"""What a synthesis of stacks starts, and what it does not."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.model import Side
from pay.model.stacks import side_stack
from tests.conftest import ROOT


@pytest.mark.slow
def test_starts_no_terraform_for_what_has_moved(tools: Mapping[str, str], tmp_path: Path) -> None:
    """cdktf's own way to say so would ask for the version, in each stack."""
    egress = side_stack("production-2", "egress", Side.EC2)
    subprocess.run(
        [sys.executable, "-O", "main.py"],
        cwd=ROOT,
        env={
            **tools,
            "CDKTF_OUTDIR": str(tmp_path),
            "PAY_REUSE": "off",
            "PAY_STACKS": egress,
            "TERRAFORM_BINARY_NAME": "no-such-program",
        },
        check=True,
    )
    assert "moved {" in (tmp_path / "stacks" / egress / "cdk.tf").read_text()
