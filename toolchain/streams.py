"""The ends of a program that its reader or a person brings about: one line, never a stack trace."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STOPPED = 128 + signal.SIGINT
"""The exit code that a shell gives a program which Ctrl-C ended."""

READER_GONE = 128 + signal.SIGPIPE
"""The same for one whose reader had read enough: `pay stages | head -1`."""


def prepare() -> None:
    """Let every text be written. Closed streams write nowhere, and letters that a terminal's
    encoding lacks (`LANG=C`) are written as escapes.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


@contextmanager
def ending(left: str = "") -> Iterator[None]:
    """End the program with its exit code. Reasons are a pressed Ctrl-C, a reader that has gone, or
    output that cannot be written. `left` says what may be left running, and how to stop it.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except SystemExit as end:
        # Rich ends the program by itself when the reader of its output has gone.
        if isinstance(end.__context__, BrokenPipeError):
            raise SystemExit(READER_GONE) from None
        raise
    except KeyboardInterrupt:
        with suppress(OSError):
            print(f"Stopped. {left}".strip(), file=sys.stderr)
        raise SystemExit(STOPPED) from None
    except BrokenPipeError:
        raise SystemExit(READER_GONE) from None
    except OSError as error:
        with suppress(OSError):
            print(f"Failed. {error}", file=sys.stderr)
        raise SystemExit(1) from None
    finally:
        _drop_what_cannot_be_written()


def _drop_what_cannot_be_written() -> None:
    """Drop what is left to write: Python would write it again at its end, fail, and say so."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
