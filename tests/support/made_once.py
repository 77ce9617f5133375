"""What takes long to make is made once a run, although each worker has fixtures of its own."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(
    factory: pytest.TempPathFactory, worker: str, name: str, make: Callable[[Path], None]
) -> Path:
    """The folder `name` of this run, made by the first worker that asks; the others wait for it.

    `worker`: xdist's `worker_id`. No test may write into the folder.
    """
    base = factory.getbasetemp()
    folder = (base if worker == "master" else base.parent) / name
    with folder.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_name(f"{name}.unfinished")
            make(unfinished)
            unfinished.rename(folder)
    return folder
