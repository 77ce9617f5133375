"""Holds the locks of the environments that a command changes."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import FrameType
from typing import Annotated

import typer

from pay.model import Environment
from rollout.aws.clients import asking
from rollout.locks.bucket import LockBucket
from rollout.locks.holding import holding, new_lock
from rollout.locks.lock import place_of
from rollout.terminal.arguments import duration

Wait = Annotated[
    timedelta | None,
    typer.Option(metavar="TIME", parser=duration, help="How long to wait for the lock."),
]

LockCheck = Callable[[], None]
"""Raises LockLost when another command may change an environment; called before each change."""


@contextmanager
def locked(
    environments: Iterable[Environment],
    command: str,
    by: str,
    *,
    longest: timedelta | None = None,
) -> Iterator[LockCheck]:
    """Hold the lock of each environment for a command; wait as long as `longest` for each. SIGTERM
    ends the command as Ctrl-C does meanwhile: locks are given back, a deployment is put back.

    Raises Refused when another command has one, or AWS is not reached.
    """
    with ExitStack() as stack:
        stack.enter_context(_ended_in_order())
        # Always in the same order, so that two commands never wait for each other.
        held = []
        for environment in sorted(environments, key=lambda each: each.name):
            client = stack.enter_context(asking(environment))
            bucket = LockBucket(client("s3"), place_of(environment))
            wanted = new_lock(command, by)
            there = holding(bucket, wanted, longest=longest or timedelta(0))
            held.append(stack.enter_context(there))

        def check() -> None:
            for each in held:
                each.check()

        yield check


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let the first SIGTERM raise KeyboardInterrupt, and ignore others. A pipeline sends it to end
    a job, and SIGKILL when the job has not ended some seconds later.
    """
    before = signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")
