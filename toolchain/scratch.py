"""One folder for all temporary files of a program, deleted at its end."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def scratch_folder(prefix: str) -> Iterator[None]:
    """Give this process, and what it starts from now on, a temporary folder of its own.

    Node and jsii delete their folders at an orderly end only. A synthesis that Ctrl-C or SIGTERM
    ended left megabytes in /tmp. SIGTERM ends the program in order here. After SIGKILL the folder
    stays.
    """
    # Node may still be about to end, and delete its own.
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        before = tempfile.tempdir, os.environ.get("TMPDIR")
        handler = signal.signal(signal.SIGTERM, _end)
        tempfile.tempdir = os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, handler)
            tempfile.tempdir = before[0]
            if before[1] is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before[1]


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # what it started may send it again
    sys.exit(128 + number)
