"""Judges in copies of a process that has loaded checkov, which takes seconds at each start.

A copy (`os.fork`) does all that `python -m policies` does. The process starts with the first
question of a worker of the tests, and ends with the worker.
"""

import atexit
import gc
import json
import os
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
GATE_PYTHON = ROOT / ".venv-checkov" / "bin" / "python"
LONGEST_MESSAGE = 65_536


def ask(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Return what `python -m policies` prints, and its exit status."""
    process = _process()
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("arguments", "stdout", "stderr")]
        files[0].write_text(json.dumps([*map(str, arguments)]))
        process.sendall(folder.encode())
        if not (answer := process.recv(LONGEST_MESSAGE)):
            raise RuntimeError("the process that has loaded checkov has ended")
        return subprocess.CompletedProcess(
            [*map(str, arguments)], int(answer), files[1].read_text(), files[2].read_text()
        )


@cache
def _process() -> socket.socket:
    """Start the process; return its end of a pair of sockets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        subprocess.Popen(
            [GATE_PYTHON, "-m", "tests.policies.warm_gate", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    atexit.register(ours.close)
    return ours


def main() -> None:
    """Copy this process for each folder with arguments; answer with the exit status."""
    from policies import catalogue, gate  # noqa: F401
    from policies.engine import requirements

    asked = socket.socket(fileno=int(sys.argv[1]))
    catalogue.catalogue(requirements.load())
    gc.collect()
    gc.freeze()
    while folder := asked.recv(LONGEST_MESSAGE):
        pid = os.fork()
        if pid == 0:
            asked.close()
            _judge(Path(folder.decode()))
        _, status = os.waitpid(pid, 0)
        asked.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _judge(folder: Path) -> None:
    """Do what the command does, and end the process."""
    from policies.__main__ import main as policies

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
        os._exit(status)


if __name__ == "__main__":
    main()
