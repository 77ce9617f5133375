"""Runs tasks of a generated pipeline against the deployed sandbox, as Concourse would."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.e2e.releases import Releases
from tests.support.patience import TIMEOUT_SECONDS

TASK = ROOT / "docs" / "workflows" / "concourse-pay.yml"
MAKEFILE = "setup:\nenv:\n"
"""Stands for the project's: everything is installed, and the sandbox's variables are set."""


@dataclass(frozen=True)
class PipelineDesk:
    """A worker: a folder for the artifacts of a build."""

    releases: Releases
    folder: Path

    def run(
        self, step: dict[str, Any], tag: str, options: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a task step in a job that has fetched an image, with `options` for this sandbox."""
        build = Path(mkdtemp(dir=self.folder))
        source = build / "src"
        source.mkdir()
        (source / "Makefile").write_text(MAKEFILE)
        for name in ("main.py", "cdktf.json"):
            shutil.copy(ROOT / name, source)
        for name in ("constructs", "rollout", "stacks", "toolchain"):
            (source / name).symlink_to(ROOT / name)
        # The records' folder is one of all builds here; its commits are only looked at.
        subprocess.run(["git", "init", "--quiet"], cwd=self.releases.folder, check=True)
        for name, artifact in step.get("input_mapping", {}).items():
            assert artifact == "image"
            (build / name).mkdir()
            (build / name / "tag").write_text(tag)
        params = step["params"] | {"AWS_ID_TOKEN": "", "PAY": step["params"]["PAY"] + options}
        return subprocess.run(
            ["sh", "-euc", yaml.safe_load(TASK.read_text())["run"]["args"][1]],
            cwd=source,
            env={**self.releases.variables, **params},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )

    @property
    def committed(self) -> str:
        """The message of the last commit of records."""
        command = ["git", "log", "-1", "--format=%s"]
        folder = self.releases.folder
        return subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()
