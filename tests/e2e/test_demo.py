"""`make demo` shows the main job: it runs in a copy, and never in the developer's own sandbox."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.whole_checkout import copy_checkout, keep_stacks

pytestmark = pytest.mark.e2e

COMMAND = (".venv/bin/python", "-m", "toolchain", "run", "--", ".venv/bin/python", "-m")
"""What `make demo` runs after its set-up, up to the module."""


@pytest.fixture(scope="module")
def shown(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the demo printed."""
    checkout = copy_checkout(tmp_path_factory.mktemp("demo"))
    keep_stacks(checkout, kept)
    finished = subprocess.run(
        [*COMMAND, "sandbox.demo"],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def test_make_demo_is_what_this_test_runs() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert f"\nRUN := {' '.join(COMMAND[:5])}\n" in makefile
    assert f"@$(RUN) {' '.join(COMMAND[5:])} sandbox.demo\n" in makefile


def test_the_demo_shows_both_sides_and_the_weights_of_the_stage(shown: str) -> None:
    rows = [re.findall(r"[\w-]+", line) for line in shown.splitlines()]
    assert ["connector", "ec2", "EC2", "2", "of", "2", "2", "95"] in rows
    assert ["connector", "fargate", "FARGATE", "2", "of", "2", "2", "5"] in rows


def test_the_demo_shows_the_plan_of_each_stack_that_it_deploys(shown: str) -> None:
    deployed = shown.partition("The result")[0]
    assert deployed.count("Plan: ") >= deployed.count("Apply complete!") > 0


def test_the_second_plans_of_the_demo_are_empty(shown: str) -> None:
    again = shown.partition("A second plan of connector is empty")[2].partition("A new release")[0]
    assert again.count("No changes.") == 2


def test_the_demo_releases_to_both_sides_and_puts_a_broken_release_back(shown: str) -> None:
    released = shown.partition("A new release of connector")[2].partition("The next move")[0]
    first, second = re.findall(r"^ *connector (?:2|3) in sandbox: .*$", released, re.MULTILINE)
    assert "connector 2 in sandbox: not known" in first
    assert "connector 3 in sandbox: bad" in second
    assert "What ran before runs again on every side." in released


def test_the_demo_ends_with_the_plan_of_the_next_stage(shown: str) -> None:
    moving = shown.partition("The next move of connector")[2]
    assert re.search(r"weight += 5 -> 25", moving)
    assert "Plan: 0 to add, 2 to change, 0 to destroy." in moving
    assert "Stopped the local AWS." in moving
