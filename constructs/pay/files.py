"""Reads the files that people write (environments, journals, waivers, reasons), and replaces files
as a whole.
"""

import os
import stat
import tempfile
from pathlib import Path

LARGEST_BYTES = 2**20
"""A hundred times the largest environment file; a reader of more would seem to hang."""


def read_content(path: Path, *, most: int = LARGEST_BYTES) -> bytes:
    """Return a file's bytes.

    Raises OSError for a file that cannot be read, ValueError for a pipe, a device or more than
    `most` bytes. The message says what the file is.
    """
    if path.exists() and not path.is_file():
        # Opening a pipe would wait for its other end.
        raise ValueError("a folder, a pipe or a device")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"a file of more than {most // 2**20} MiB")
    return content


def read_text(path: Path) -> str:
    """Return a file's text, with its line ends as they are.

    Raises as `read_content` does, and ValueError for what is not UTF-8 or has a byte order mark.
    """
    content = read_content(path)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"a byte that is not UTF-8, at position {error.start}") from None
    if text.startswith("\ufeff"):
        raise ValueError("a byte order mark before the first line")
    return text


def replace_file(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Replace a file with one of the same mode, or create it. A reader sees the old content or the
    new, never a part. A link keeps leading to the file; a device or a pipe is written to.

    `lasting` waits until the disk has the content, which what can be made again does not need.
    Raises OSError about `path`, with the old content in place.
    """
    try:
        mode = _mode(path)
        if stat.S_ISREG(mode):
            _replace(Path(os.path.realpath(path)), content, stat.S_IMODE(mode), lasting)
        else:
            path.write_bytes(content)  # the real path of `/dev/stdout` may be no path
    except OSError as error:
        # The temporary file's name would say nothing to a person.
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None


def why_unwritable(path: Path) -> str | None:
    """Return in words why `replace_file` could not write; None if it probably can."""
    target = Path(os.path.realpath(path))
    try:
        if path.is_dir():
            return "it is a folder; give a file"
        if path.exists() and not path.is_file():
            return None if os.access(path, os.W_OK) else "it cannot be written to"
        if target.is_symlink():
            return "it is a link that leads to itself; give a file"
        if not target.parent.is_dir():
            return f"{target.parent} is not a folder; create it, or give another file"
    except OSError as error:  # a name that is too long
        return f"{error.strerror}; give another file"
    if not os.access(target.parent, os.W_OK):
        return f"the folder {target.parent} cannot be written to; give another file"
    return None


def _mode(path: Path) -> int:
    """Return the type and mode of what a path leads to. For a missing file, return those that Git
    checks files out with. Asked once: another run may delete the file at any time.
    """
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return stat.S_IFREG | 0o644


def _replace(target: Path, content: bytes, mode: int, lasting: bool) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        Path(name).chmod(mode)  # that of a temporary file is for its owner alone
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
