"""A synthesis leaves no temporary file, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT

TIMEOUT_SECONDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_synthesis_that_is_stopped_leaves_nothing(
    tools: Mapping[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    """Of Node, jsii and cdktf, each of which has a folder of its own while it works."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    settings = {
        "TMPDIR": str(temporary),
        "CDKTF_OUTDIR": str(tmp_path / "out"),
        "PAY_REUSE": "off",
        "PAY_STACKS": "test-12-*",
    }
    with subprocess.Popen(
        [sys.executable, "-O", "main.py"],
        cwd=ROOT,
        env={**tools, **settings},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as synthesis:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not any(temporary.rglob("jsii-kernel-*")):
            assert synthesis.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(synthesis.pid, number)
        _, errors = synthesis.communicate(timeout=TIMEOUT_SECONDS)
    assert synthesis.returncode == 128 + number, errors
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "out").exists()
