"""Changes the line of an environment file that holds the stage of a service."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomlkit

from pay.model import Stage
from pay.model.problem import InvalidInput, Problem


def with_stage(text: str, service: str, stage: Stage, *, where: str) -> str:
    """Return the text of an environment file with another stage. It keeps comments, order, quotes
    and line ends of everything else.

    Raises InvalidInput when more than the one line would change.
    """
    document = tomlkit.parse(text)
    document["services"][service]["stage"] = stage.value
    changed = tomlkit.dumps(document)
    old, new = text.split("\n"), changed.split("\n")
    if len(old) != len(new) or sum(map(str.__ne__, old, new)) > 1:
        problem = Problem(
            where=where,
            key=f"services.{service}.stage",
            found="a layout in which more than this line would change",
            allowed="one line, a quoted stage",
            fix=f'write the line by hand: stage = "{stage}"',
        )
        raise InvalidInput([problem])
    return changed


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a folder of environment files against a second `pay` on this machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
