"""Judges in copies of a process that has loaded checkov, which takes seconds at each start.

A copy (`os.fork`) does all that `python -m policies` does. A run of the tests has one such process.
"""

import gc
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.helper_process import ROOT, connections

GATE_PYTHON = ROOT / ".venv-checkov" / "bin" / "python"

ADDRESS = "PAY_TESTS_WARM_GATE"
"""The variable with the process's address."""


def ask(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Return what `python -m policies` prints, and its exit status."""
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as asked:
        files = [Path(folder, name) for name in ("arguments", "stdout", "stderr")]
        files[0].write_text(json.dumps([*map(str, arguments)]))
        asked.connect(os.environ[ADDRESS])
        asked.sendall(folder.encode())
        asked.shutdown(socket.SHUT_WR)
        with asked.makefile("rb") as answer:
            status = answer.read()
        if not status:
            raise RuntimeError("the process that has loaded checkov has ended")
        return subprocess.CompletedProcess(
            [*map(str, arguments)], int(status), files[1].read_text(), files[2].read_text()
        )


def serve(listener: socket.socket) -> None:
    """Copy this process for each folder with arguments; the copy answers with its exit status."""
    from policies import catalogue, gate  # noqa: F401
    from policies.engine import requirements

    catalogue.catalogue(requirements.load())
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for asked in connections(listener):
        with asked:
            if os.fork() == 0:
                listener.close()
                _judge(asked)


def _judge(asked: socket.socket) -> None:
    """Do what the command does, and end the process."""
    from policies.__main__ import main as policies

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with asked.makefile("rb") as message:
        folder = Path(message.read().decode())
    for number, name in ((1, "stdout"), (2, "stderr")):
        with (folder / name).open("wb") as file:
            os.dup2(file.fileno(), number)
    status = 1
    try:
        status = policies(json.loads((folder / "arguments").read_text()))
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        asked.sendall(str(status).encode())
        os._exit(status)
