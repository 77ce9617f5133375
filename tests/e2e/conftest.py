"""The real Terraform and AWS provider against a sandbox."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.instance import Sandbox
from tests.support.patience import TIMEOUT_SECONDS


@dataclass(frozen=True)
class Planned:
    """What `terraform plan` said."""

    succeeded: bool
    text: str

    @property
    def counts(self) -> tuple[int, int, int]:
        """To add, to change, to destroy."""
        if "No changes." in self.text:
            return 0, 0, 0
        found = re.search(r"Plan: (\d+) to add, (\d+) to change, (\d+) to destroy", self.text)
        assert found, self.text
        add, change, destroy = map(int, found.groups())
        return add, change, destroy

    @property
    def sentence(self) -> str:
        """The text without Terraform's frames and line breaks."""
        return " ".join(self.text.replace("│", " ").split())


def write_local_backend(stack: Path) -> None:
    """Keep a stack's state beside it. A real environment's is in S3; Terraform's own override file
    says otherwise.
    """
    (stack / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')


def plan(stack: Path, environment_variables: Mapping[str, str]) -> Planned:
    """Plan a stack where it stands."""
    write_local_backend(stack)
    for arguments in (["init"], ["plan", "-input=false", "-no-color", "-lock=false"]):
        finished = subprocess.run(
            ["terraform", *arguments],
            cwd=stack,
            env=environment_variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        if finished.returncode:
            break
    return Planned(finished.returncode == 0, finished.stdout + finished.stderr)


@pytest.fixture
def plan_in(written: Path, tmp_path: Path) -> Callable[[Sandbox, str], Planned]:
    """Plan one stack of the committed environments in a sandbox, in a folder of its own."""

    def run(sandbox: Sandbox, stack: str) -> Planned:
        folder = tmp_path / stack
        folder.mkdir()
        shutil.copy(written / stack / "cdk.tf", folder)
        return plan(folder, sandbox.environment_variables)

    return run
