"""Terraform in the folders of the synthesised stacks, never asking for input."""

import os
from dataclasses import dataclass
from pathlib import Path

from rollout.delivery.program import run

_QUIET = ("-input=false", "-no-color")


@dataclass(frozen=True)
class Terraform:
    """Runs in the stacks below one output folder of cdktf.

    A method raises Failed when Terraform fails; its output appears on standard error.
    """

    out: Path

    def has(self, stack: str) -> bool:
        """Return whether the stack is synthesised."""
        return (self.out / "stacks" / stack / "cdk.tf").is_file()

    def init(self, stack: str) -> None:
        self._run(stack, "init", *_QUIET)

    def plan(self, stack: str, file: Path, *, variables: Path | None) -> None:
        """Write a plan. It takes no lock: the role that plans can write no state."""
        chosen = [f"-var-file={variables}"] if variables else []
        self._run(stack, "plan", *_QUIET, "-lock=false", f"-out={file}", *chosen)

    def show_plan(self, stack: str, file: Path) -> bytes:
        """Return a plan as JSON."""
        return self._run(stack, "show", "-json", str(file), captures=True)

    def show_state(self, stack: str) -> bytes:
        """Return the state as JSON."""
        return self._run(stack, "show", "-json", captures=True)

    def apply(self, stack: str, file: Path) -> None:
        """Apply exactly this plan. Terraform refuses it when the state has changed since."""
        self._run(stack, "apply", *_QUIET, str(file))

    def _run(self, stack: str, *arguments: str, captures: bool = False) -> bytes:
        folder = f"-chdir={self.out / 'stacks' / stack}"
        return run("terraform", folder, *arguments, environment=os.environ, captures=captures)
