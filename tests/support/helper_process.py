"""Runs a module of the tests as a process of its own, which answers on a socket.

It may start with every run of pytest, so it loads the module when it is asked first. It leads a
process group, with which it ends: when the tests end, or are killed.
"""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]


@contextmanager
def helper_process(module: str, python: str | Path = sys.executable) -> Iterator[Path]:
    """Run `serve(listener)` of a module until the context ends; return the listener's address."""
    with (
        # The path of a socket is short, that of a folder of pytest may not be.
        tempfile.TemporaryDirectory(prefix="helper-", ignore_cleanup_errors=True) as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        address = Path(folder) / "helper"
        listener.bind(str(address))
        listener.listen()
        with subprocess.Popen(
            [python, "-m", __name__, module, folder, str(listener.fileno())],
            cwd=ROOT,
            env={key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        ):
            listener.close()
            yield address


def connections(listener: socket.socket) -> Iterator[socket.socket]:
    """Yield who asks, until standard input ends with the tests."""
    while sys.stdin not in select.select([sys.stdin, listener], [], [])[0]:
        yield listener.accept()[0]


def main() -> None:
    module, folder, number = sys.argv[1:]
    listener = socket.socket(fileno=int(number))
    ready, _, _ = select.select([sys.stdin, listener], [], [])
    if sys.stdin in ready:
        return
    tempfile.tempdir = folder
    try:
        import_module(module).serve(listener)
    finally:
        # The tests may have been killed, and what they had here stayed.
        shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
