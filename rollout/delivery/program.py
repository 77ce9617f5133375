"""Runs the programs of a delivery and lets them end by themselves."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from rollout.terminal.refusal import Failed

_STANDARD_ERROR = 2
_ENDING = (signal.SIGINT, signal.SIGTERM)


def run(
    *command: str,
    environment: Mapping[str, str],
    captures: bool = False,
) -> bytes:
    """Run a program and return its standard output, empty unless it `captures`; anything else that
    the program prints appears on standard error.

    SIGINT and SIGTERM are handed to the program once, and its own end is awaited: Terraform then
    finishes the calls that it has begun and writes its state.

    Raises Failed when the program fails, or after such a signal.
    """
    received: list[int] = []
    process: subprocess.Popen[bytes] | None = None

    def hand_on(number: int, _: FrameType | None) -> None:
        received.append(number)
        if process and len(received) == 1:
            process.send_signal(number)

    with _handler(hand_on):
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if captures else _STANDARD_ERROR,
                # A group of its own, so that a terminal's Ctrl-C reaches it only as handed on:
                # Terraform takes a second signal for "end at once".
                process_group=0,
            )
        except FileNotFoundError:
            fix = 'run `make setup`, then `eval "$(make -s env)"`'
            raise Failed(f"{command[0]} is not on PATH; {fix}") from None
        output, _ = process.communicate()
    name = Path(command[0]).name
    if received:
        raise Failed(f"{name} was interrupted by {signal.Signals(received[0]).name}")
    if process.returncode:
        raise Failed(f"{name} ended with {process.returncode}; its output above says why")
    return output or b""


@contextmanager
def _handler(function: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    before = {number: signal.signal(number, function) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
