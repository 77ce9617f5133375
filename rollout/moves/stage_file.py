"""Changes the one line of an environment file that says where a service stands."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomlkit

from pay.model import Stage
from pay.model.problem import InvalidInput, Problem


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
