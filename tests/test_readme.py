"""The commands in README.md work as they stand there."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pay.model import Environment
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.whole_checkout import copy_checkout, keep_stacks

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)

TRIED_ELSEWHERE = {
    "make demo": "tests/e2e/test_demo.py runs it",
    "make test": "it runs this test",
    "make check": "part of make test",
    "make policy": "tests/policies runs the same gate over the same stacks",
    "make lab": "tests/lab walks under traffic",
    "make bench": "measures for minutes, and installs the prebuilt provider package",
    "cdktf deploy": "asks for approval; tests/e2e/test_deploy.py gives it",
}


def runnable(block: str) -> list[str]:
    """The lines of a block that this test runs."""
    lines = [line.split("  #")[0].strip() for line in block.splitlines()]
    return [line for line in lines if line and not any(c in line for c in TRIED_ELSEWHERE)]


def test_every_exception_is_still_in_the_readme() -> None:
    for command in TRIED_ELSEWHERE:
        assert any(command in block for block in BLOCKS), command


@pytest.fixture
def checkout(tmp_path: Path, kept: Path) -> Path:
    folder = copy_checkout(tmp_path)
    keep_stacks(folder, kept)
    return folder


@pytest.fixture(scope="module")
def sandbox(environments: Mapping[str, Environment]) -> Iterator[Sandbox]:
    """One for all blocks: they plan, and deploy nothing."""
    with Sandbox(environments["test-12"], neighbours=True) as running:
        yield running


@pytest.mark.e2e
@pytest.mark.parametrize("block", [block for block in BLOCKS if runnable(block)])
def test_the_commands_work(checkout: Path, sandbox: Sandbox, block: str) -> None:
    script = "\n".join(["set -eu", ". .venv/bin/activate", *runnable(block)])
    finished = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env=sandbox.environment_variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
