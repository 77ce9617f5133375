"""Terraform in the folders of the synthesised stacks, never asking for input."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rollout.terminal.refusal import Failed

_QUIET = ("-input=false", "-no-color")


@dataclass(frozen=True)
class Terraform:
    """Runs in the stacks below one output folder of cdktf.

    A method raises Failed when Terraform fails; its output appears on standard error.
    """

    out: Path
    variables: Mapping[str, str] | None = None
    """Its environment; None for that of this process."""
    is_quiet: bool = False
    """True when its output appears only after a failure."""

    def has(self, stack: str) -> bool:
        """Return whether the stack is synthesised."""
        return (self.out / "stacks" / stack / "cdk.tf").is_file()

    def init(self, stack: str) -> None:
        self._run(stack, "init", *_QUIET)

    def plan(self, stack: str, file: Path, *, variables: Path | None) -> None:
        """Write a plan. It takes no lock, because the role that plans can write no state."""
        chosen = [f"-var-file={variables}"] if variables else []
        self._run(stack, "plan", *_QUIET, "-lock=false", f"-out={file}", *chosen)

    def show(self, stack: str, *plan: Path) -> bytes:
        """Return the state as JSON, or a plan."""
        return self._run(stack, "show", "-json", *map(str, plan), captures=True)

    def state_version(self, stack: str) -> tuple[str, int] | None:
        """Return lineage and serial of the state, by which Terraform detects a stale plan. None:
        the stack has no state yet.
        """
        state = self._run(stack, "state", "pull", captures=True)
        document = json.loads(state) if state.strip() else {}
        return (document["lineage"], document["serial"]) if document.get("serial") else None

    def apply(self, stack: str, file: Path) -> None:
        """Apply exactly this plan. Terraform refuses it when the state has changed since."""
        self._run(stack, "apply", *_QUIET, str(file))

    def _run(self, stack: str, *arguments: str, captures: bool = False) -> bytes:
        """Return standard output, empty unless `captures`; all else appears on standard error.

        Hands SIGINT or SIGTERM to Terraform once and waits. Terraform then finishes the calls that
        it has begun and writes its state. Raises Failed after such a signal.
        """
        received: list[int] = []
        process: subprocess.Popen[bytes] | None = None

        def hand_on(number: int, _: FrameType | None) -> None:
            received.append(number)
            if process and len(received) == 1:
                process.send_signal(number)

        ending = (signal.SIGINT, signal.SIGTERM)
        handlers = {number: signal.signal(number, hand_on) for number in ending}
        try:
            process = subprocess.Popen(
                ["terraform", f"-chdir={self.out / 'stacks' / stack}", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if captures or self.is_quiet else 2,
                stderr=self._stderr(captures),
                env=self.variables,
                # A group of its own, so that a terminal's Ctrl-C reaches it only as handed on.
                # Terraform takes a second signal for "end at once".
                process_group=0,
            )
            output, errors = process.communicate()
        except FileNotFoundError:
            fix = 'run `make setup`, then `eval "$(make -s env)"`'
            raise Failed(f"terraform is not on PATH; {fix}") from None
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        if self.is_quiet and process.returncode:
            sys.stderr.write((errors if captures else output).decode(errors="replace"))
        if received:
            raise Failed(f"terraform was interrupted by {signal.Signals(received[0]).name}")
        if process.returncode:
            raise Failed(f"terraform ended with {process.returncode}; its output above says why")
        return output if captures else b""

    def _stderr(self, captures: bool) -> int | None:
        """Return the target of errors: beside what is read, into what is only shown, or standard
        error.
        """
        if not self.is_quiet:
            return None
        return subprocess.PIPE if captures else subprocess.STDOUT
