"""The image of the built-in runner holds what it needs, and nothing else of this project."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pay.catalogue import assumptions
from tests.conftest import ROOT
from toolchain.paths import virtual_environment

TEXT = (ROOT / "constructs" / "pay" / "load" / "Dockerfile").read_text()


@pytest.mark.slow
def test_what_it_copies_starts_as_its_entry_point_says(tmp_path: Path) -> None:
    """The packages of the lock file are those of the environment that set-up makes."""
    for source, target in re.findall(r"^COPY (\S+) /runner/(\S*)$", TEXT, re.MULTILINE):
        there = tmp_path / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, there)
        else:
            there.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, there)
    [command] = re.findall(r'^ENTRYPOINT \["python", "-m", "(.+)"\]$', TEXT, re.MULTILINE)
    ended = subprocess.run(
        [virtual_environment("locust") / "bin" / "python", "-m", command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, "the variable SCENARIO is missing\n")


def test_it_runs_as_the_task_definition_says() -> None:
    assert f"\nUSER {assumptions.APPLICATION_USER}\n" in TEXT


def test_its_base_is_a_digest_that_whoever_builds_it_names() -> None:
    assert re.findall(r"^FROM (.+)$", TEXT, re.MULTILINE) == ["python:3.11-slim@${PYTHON_DIGEST}"]
