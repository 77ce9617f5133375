"""A service and an environment need what their task pages say, and no change to a test.

Both are added to a copy of the checkout by the pages' own commands. There the tests run that a
number written into them would break: those that count by the catalogue and by the environments.
They are chosen by what broke before; all tests together take too long to run twice.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import Block, read
from tests.docs.test_pages import written
from tests.support.patience import TIMEOUT_SECONDS
from tests.support.whole_checkout import copy_checkout

pytestmark = pytest.mark.slow

COUNTING = (
    "tests/pay/catalogue/test_catalogue.py",
    "tests/pay/catalogue/test_variables.py",
    "tests/pay/environments/test_environment_files.py",
    "tests/pay/environments/test_environment_schema.py",
    "tests/rollout/cli/test_stacks.py",
    "tests/rollout/cli/test_plan_moves.py",
    "tests/rollout/cli/test_stages.py::test_every_service_of_every_environment_has_a_row",
)


def steps(page: str, *, until: str) -> list[Block]:
    """The blocks of a task page up to the first that holds `until`; that one is left out."""
    blocks: list[Block] = []
    for block in read(ROOT / "docs" / "tasks" / page).blocks:
        if until in block.text:
            return blocks
        if block.language != "text":
            blocks.append(written(block) if block.marker.startswith("write ") else block)
    raise AssertionError(f"{page} has no {until}")


def test_no_test_is_changed_for_them(tools: Mapping[str, str], tmp_path: Path) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    variables = {**tools, "PYTHONPATH": f"{checkout}:{checkout / 'constructs'}"}
    blocks = [
        *steps("add-a-service.md", until="cdktf synth"),
        *steps("add-an-environment.md", until="cdktf synth"),
    ]
    schema = "pay schema > environments/environment.schema.json"
    pytest_ = f"python -m pytest -q -p no:cacheprovider {' '.join(COUNTING)} -m 'not e2e'"
    script = "\n".join(
        ["set -eu", ". .venv/bin/activate", *(block.text for block in blocks), schema, pytest_]
    )
    finished = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr[-2000:]
    assert (checkout / "constructs/pay/catalogue/refunds.py").is_file()
    assert "[services.refunds]" in (checkout / "environments/test-13.toml").read_text()
