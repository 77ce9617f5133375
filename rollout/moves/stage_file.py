"""Changes the one line of an environment file that says where a service stands."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomlkit

from pay.model import Stage
from pay.model.problem import InvalidInput, Problem

NEW_FILE_MODE = 0o644
"""As Git checks files out; a temporary file's own is for its owner alone."""


def with_stage(text: str, service: str, stage: Stage, *, where: str) -> str:
    """The text of an environment file with another stage: comments, order, quotes of everything
    else and line ends are kept.

    Raises InvalidInput when more than the one line would change.
    """
    document = tomlkit.parse(text)
    document["services"][service]["stage"] = stage.value
    changed = tomlkit.dumps(document)
    old, new = text.splitlines(keepends=True), changed.splitlines(keepends=True)
    differing = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    if len(old) != len(new) or len(differing) > 1:
        raise InvalidInput(
            [
                Problem(
                    where=where,
                    key=f"services.{service}.stage",
                    found="a layout in which more than this line would change",
                    allowed="one line, a quoted stage",
                    fix=f'write the line by hand: stage = "{stage}"',
                )
            ]
        )
    return changed


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces a file in one step with one of the same mode, or makes it: a reader sees the old or
    the new, never a part.
    """
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, target.stat().st_mode if target.exists() else NEW_FILE_MODE)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds a folder of environment files against a second `pay` on this machine, from reading the
    stages to writing one.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
