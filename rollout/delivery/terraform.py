"""Terraform in the folders of the synthesised stacks, never asking for input."""

import signal
import subprocess
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

    def has(self, stack: str) -> bool:
        """Return whether the stack is synthesised."""
        return (self.out / "stacks" / stack / "cdk.tf").is_file()

    def init(self, stack: str) -> None:
        self._run(stack, "init", *_QUIET)

    def plan(self, stack: str, file: Path, *, variables: Path | None) -> None:
        """Write a plan. It takes no lock: the role that plans can write no state."""
        chosen = [f"-var-file={variables}"] if variables else []
        self._run(stack, "plan", *_QUIET, "-lock=false", f"-out={file}", *chosen)

    def show(self, stack: str, *plan: Path) -> bytes:
        """Return the state as JSON, or a plan."""
        return self._run(stack, "show", "-json", *map(str, plan), captures=True)

    def apply(self, stack: str, file: Path) -> None:
        """Apply exactly this plan. Terraform refuses it when the state has changed since."""
        self._run(stack, "apply", *_QUIET, str(file))

    def _run(self, stack: str, *arguments: str, captures: bool = False) -> bytes:
        """Return standard output, empty unless `captures`; all else appears on standard error.

        Hands SIGINT or SIGTERM to Terraform once and waits: Terraform then finishes the calls that
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
                stdout=subprocess.PIPE if captures else 2,
                # A group of its own, so that a terminal's Ctrl-C reaches it only as handed on:
                # Terraform takes a second signal for "end at once".
                process_group=0,
            )
            output, _ = process.communicate()
        except FileNotFoundError:
            fix = 'run `make setup`, then `eval "$(make -s env)"`'
            raise Failed(f"terraform is not on PATH; {fix}") from None
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        if received:
            raise Failed(f"terraform was interrupted by {signal.Signals(received[0]).name}")
        if process.returncode:
            raise Failed(f"terraform ended with {process.returncode}; its output above says why")
        return output or b""
