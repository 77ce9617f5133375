"""The contracts of import-linter hold, and refuse an import that runs upwards."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

UPWARDS = {
    "constructs/pay/model/upwards.py": "from pay.environments import load",
    "rollout/plans/upwards.py": "from rollout.guard import verdict",
    "policies/engine/upwards.py": "from rollout.plans import read",
    "policies/engine/circle.py": "import policies.checks",
    "policies/checks/iam/beside.py": "from policies.checks.iam import pass_role_names_its_roles",
    "rollout/plans/gate.py": "from policies.engine import verdict",
    "constructs/pay/model/gate.py": "import policies.reading.stack",
    "sandbox/aws/upwards.py": "from lab import lab",
}


@pytest.mark.slow
@pytest.mark.parametrize("path", UPWARDS)
def test_an_import_that_runs_upwards_is_refused(tmp_path: Path, path: str) -> None:
    for root in ("constructs", "stacks", "rollout", "policies", "sandbox", "lab", "toolchain"):
        (tmp_path / root).symlink_to(ROOT / root)
    top, below = path.split("/", 1)
    copy_with_one_more(tmp_path, top, below, UPWARDS[path])
    refusal = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-logo", "--no-cache", "--config", "pyproject.toml"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{tmp_path / 'constructs'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert refusal.returncode == 1, refusal.stdout + refusal.stderr
    assert f"{below.removesuffix('.py').replace('/', '.')} ->" in refusal.stdout


def copy_with_one_more(folder: Path, top: str, below: str, content: str) -> None:
    """Replace the link to one root by a copy that has one more module."""
    (folder / top).unlink()
    shutil.copytree(ROOT / top, folder / top, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / top / below).write_text(content + "\n")
    shutil.copy(ROOT / "pyproject.toml", folder)
