"""Writes a file in one step."""

import os
import tempfile
from pathlib import Path

NEW_FILE_MODE = 0o644
"""As Git checks files out; a temporary file's own is for its owner alone."""


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file with one of the same mode, or create it: a reader sees the old content or the
    new, never a part.

    Raises OSError with the old content in place.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(target.stat().st_mode if target.exists() else NEW_FILE_MODE)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink()
        raise
