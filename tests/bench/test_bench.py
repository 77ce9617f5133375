"""The benchmark measures what it says: process trees, and an estate with more services."""

import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rich.console import Console

from pay.catalogue import CATALOGUE
from pay.environments.load import load_environments
from tests.bench.estate import (
    ENVIRONMENTS,
    MAIN,
    PYTHON,
    RUN_MAIN,
    hcl_of,
    settings,
    synthesise,
)
from tests.bench.more_services import copies, write_environments
from tests.bench.process import Run, RunFailed, can_measure_memory, measure
from tests.bench.report import Figure, Ratio, Report, show
from toolchain.paths import ROOT

HELD_MB = 60
BUSY_CHILD = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", '''
import time
held = b"x" * {HELD_MB} * 1000 * 1000
while time.process_time() < 0.5:
    pass
'''])
"""


@pytest.mark.slow
@pytest.mark.skipif(not can_measure_memory(), reason="memory is read from /proc")
def test_counts_the_time_and_the_memory_of_descendants(tmp_path: Path) -> None:
    run = measure([sys.executable, "-c", BUSY_CHILD], os.environ, tmp_path)
    assert run.seconds >= 0.5
    assert run.cpu_seconds >= 0.5
    assert HELD_MB < run.peak_mb < 2 * HELD_MB


def test_refuses_to_measure_a_program_that_fails(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="ended with 3:\nno such estate"):
        measure(["sh", "-c", "echo no such estate; exit 3"], os.environ, tmp_path)


@pytest.mark.parametrize(("times", "verdict"), [(13.0, "met"), (14.0, "not met")])
def test_a_ratio_is_shown_with_its_budget(times: float, verdict: str) -> None:
    """Of the recorded seconds of docs/decisions/0225."""
    ours, theirs = (
        Figure.of("change", [Run(seconds, seconds, 100.0)] * 3) for seconds in (1.6, 22.2)
    )
    report = Report("machine", ratios=[Ratio.of("change", ours, theirs, times)])
    text = io.StringIO()
    show(report, Console(file=text, width=130))
    assert "13.9 x" in text.getvalue()
    assert f"at least {times:g} x in seconds: {verdict}" in text.getvalue()


def test_an_estate_with_more_services_is_a_valid_one(tmp_path: Path) -> None:
    services = copies(CATALOGUE, 3)
    write_environments(ENVIRONMENTS, tmp_path, 3)
    environments = load_environments(tmp_path, services)
    assert len(services) == 3 * len(CATALOGUE)
    assert all(
        environment.services.keys() == services.keys() for environment in environments.values()
    )
    assert services["frontend-2"].called == tuple(
        f"{name}-2" for name in services["frontend"].called
    )


@pytest.mark.slow
@pytest.mark.usefixtures("tools")
def test_the_stack_of_all_services_is_made_for_the_copies_too(tmp_path: Path) -> None:
    """As the benchmark makes it: in a program that has not read the catalogue yet."""
    files, out = tmp_path / "environments", tmp_path / "out"
    files.mkdir()
    write_environments(ENVIRONMENTS, files, 2)
    command = (*PYTHON, RUN_MAIN, "--services", "2")
    synthesise(command, out, stacks="test-12-tasks", environments=files)
    written = (out / "stacks" / "test-12-tasks" / "cdk.tf").read_text()
    for name in ("publicauth", "publicauth-2"):
        assert f"test-12/{name}" in written


@pytest.mark.slow
@pytest.mark.usefixtures("tools")
def test_the_opponent_makes_the_same_without_this_project_s_shortcuts(tmp_path: Path) -> None:
    stacks = "sandbox-ledger-*"
    plainly, ours = tmp_path / "plainly", tmp_path / "ours"
    synthesise((*PYTHON, RUN_MAIN, "--plainly"), plainly, stacks=stacks)
    synthesise(MAIN, ours, stacks=stacks)
    assert hcl_of(plainly) == hcl_of(ours) != {}


LIBRARIES = """
import runpy, sys
from importlib.metadata import packages_distributions
runpy.run_path("main.py", run_name="__main__")
names = {name.partition(".")[0] for name in sys.modules}
owners = packages_distributions()
print(*sorted({owner for name in names for owner in owners.get(name, ())}))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("tools")
def test_the_opponent_has_every_library_that_a_synthesis_imports(tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", LIBRARIES],
        cwd=ROOT,
        env=settings(tmp_path, "sandbox-ledger-*"),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}
    used = declared & {*map(canonicalize_name, printed.splitlines()[-1].split())}
    assert {"cdktf", "constructs", "pydantic"} <= used
    # A text with the sign of a key needs one more, and none that is committed has one.
    used.add(canonicalize_name("detect-secrets"))
    lock = (ROOT / "toolchain" / "locks" / "prebuilt.txt").read_text()
    assert used <= set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
