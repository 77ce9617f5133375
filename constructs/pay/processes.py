"""Splits work over forked processes. Each that draws constructs has a Node of its own."""

import atexit
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

WorkShare = TypeVar("WorkShare")
WorkResult = TypeVar("WorkResult")

MAX_PROCESSES = 2
"""Two with their Node take 430 MB at the peak (`make bench`), three 500 MB; they may take 450. Two
of the PCI gate take 342 MB.
"""


def processes_for(items: int, *, at_least_each: int) -> int:
    """Return how many processes to start: at most one a core, within MAX_PROCESSES. It is 1 when
    this process has a Node already, as forks would share its pipe.
    """
    if "jsii" in sys.modules:
        return 1
    return max(1, min(cores(), MAX_PROCESSES, items // at_least_each))


def cores() -> int:
    """Return the number of cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def in_processes(
    work: Callable[[WorkShare], WorkResult], shares: Sequence[WorkShare]
) -> list[WorkResult]:
    """Return `work` of every share, each in a process of its own; a single share in this one.

    A process sends one result and ends, so it does not outlive a killed parent. Raises RuntimeError
    when one fails; its traceback is on standard error.
    """
    if len(shares) == 1:
        return [work(shares[0])]
    context = multiprocessing.get_context("fork")
    running = []
    for share in shares:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_send_result, args=(work, share, sender), daemon=True)
        process.start()
        sender.close()  # so that the end of the process is the end of the pipe
        running.append((process, receiver))
    results = []
    try:
        for process, receiver in running:
            try:
                results.append(receiver.recv())
            except EOFError:
                process.join()
                raise RuntimeError(
                    f"a process with a share of the work ended with {process.exitcode}: see above"
                ) from None
    finally:
        # Node still uses the temporary folder of this process.
        for process, _ in running:
            if len(results) < len(running):
                process.terminate()
            process.join()
    return results


def _send_result(
    work: Callable[[WorkShare], WorkResult],
    share: WorkShare,
    sender: "Connection[WorkResult, None]",
) -> None:
    atexit._clear()  # what the parent registered is the parent's
    try:
        sender.send(work(share))
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None  # the parent says so
    finally:
        # multiprocessing skips them, and then Node and jsii's temporary folder would stay.
        atexit._run_exitfuncs()
