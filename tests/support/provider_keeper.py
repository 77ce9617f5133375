"""Serves the Terraform commands of one worker of the tests with the AWS provider.

It starts with every worker, so it loads the relay when the first command comes. It leads a process
group, with which it ends.
"""

import json
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
from itertools import count
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).parents[2]
BINDINGS = ROOT / "toolchain" / "bindings" / "aws-5.100.schema.json"
"""The schemas of the types that the project uses."""


@contextmanager
def keeper() -> Iterator[Path]:
    """Run a keeper; return the socket on which it listens."""
    with (
        # The path of a socket is short, that of a folder of pytest may not be.
        tempfile.TemporaryDirectory(prefix="keeper-", ignore_cleanup_errors=True) as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        address = Path(folder) / "keeper"
        listener.bind(str(address))
        listener.listen()
        with subprocess.Popen(
            [sys.executable, "-m", "tests.support.provider_keeper", folder, str(listener.fileno())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            start_new_session=True,
        ):
            listener.close()
            yield address


def bound_types() -> list[str]:
    """Return the types that the project uses, as in addresses."""
    bindings = json.loads(BINDINGS.read_bytes())
    data = [f"data.{type_}" for type_ in bindings["data_source_schemas"]]
    return [*bindings["resource_schemas"], *data]


def main() -> None:
    """Serve launchers on the socket `keeper` in a folder, until standard input ends."""
    folder = Path(sys.argv[1])
    listener = socket.socket(fileno=int(sys.argv[2]))
    ready, _, _ = select.select([sys.stdin, listener], [], [])
    if sys.stdin in ready:
        return
    from tests.support.provider_relay import Keeper, serve

    tempfile.tempdir = str(folder)
    keeper = Keeper(bound_types())

    def accept() -> None:
        for number in count():
            launcher, _ = listener.accept()
            address = folder / f"provider-{number}"
            Thread(target=serve, args=(keeper, launcher, address), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    # The worker may have been killed, and each provider left its socket.
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
