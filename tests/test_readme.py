"""The commands in README.md work as they stand there."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.model import Environment
from sandbox.instance import Sandbox
from tests.conftest import ROOT
from tests.support.whole_checkout import copy_checkout

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

MAKE_SANDBOX = r"make -s sandbox ENV=(\S+)"
"""Its set-up would take the tools that the copy shares with this checkout for the copy's own."""


def runnable(block: str) -> list[str]:
    """The lines of a block that this test runs."""
    lines = [line.split("  #")[0].strip() for line in block.splitlines()]
    return [
        re.sub(MAKE_SANDBOX, r"pay sandbox start --environment \1", line)
        for line in lines
        if line and not line.startswith(tuple(TRIED_ELSEWHERE))
    ]


def test_make_sandbox_is_what_this_test_runs_in_its_place() -> None:
    assert "pay sandbox start --environment $(ENV)" in (ROOT / "Makefile").read_text()


def test_every_exception_is_still_in_the_readme() -> None:
    for command in TRIED_ELSEWHERE:
        assert any(command in block for block in BLOCKS), command


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy_checkout(tmp_path)


@pytest.mark.e2e
@pytest.mark.parametrize("block", [block for block in BLOCKS if runnable(block)])
def test_the_commands_work(
    checkout: Path, environments: Mapping[str, Environment], block: str
) -> None:
    script = "\n".join(["set -eu", ". .venv/bin/activate", *runnable(block)])
    with Sandbox(environments["test-12"], neighbours=True) as sandbox:
        finished = subprocess.run(
            ["bash", "-c", script],
            cwd=checkout,
            env=sandbox.environment_variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
        )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_every_file_and_folder_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"`([a-z_.-]+/(?:[a-z_./-]+)?)`", README))
    assert named
    not_in_a_checkout = {"registry.terraform.io/", "constructs/__init__.py"}
    missing = {
        name
        for name in named - not_in_a_checkout
        if not any((base / name).exists() for base in (ROOT, ROOT / "constructs/pay"))
        and not any(ROOT.glob(f"*/{name}"))
    }
    assert missing - generated(missing) == set()


def generated(names: set[str]) -> set[str]:
    """Those that a command makes, which Git therefore ignores."""
    listed = subprocess.run(
        ["git", "check-ignore", "--stdin"],
        cwd=ROOT,
        input="\n".join(names),
        capture_output=True,
        text=True,
    )
    return set(listed.stdout.splitlines())
