"""Stamps record the inputs of a step of set-up, so that a second run does nothing."""

import hashlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from toolchain.paths import ROOT
from toolchain.progress import say


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """Return the digest of the files' contents, further facts and the checkout's path.

    The path is included because virtual environments hold absolute paths.
    """
    digest = hashlib.sha256()
    for fact in (str(ROOT), *facts):
        digest.update(fact.encode() + b"\0")
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


def step(title: str, stamp: Path, wanted: str, make: Callable[[], None]) -> bool:
    """Run `make` unless the stamp is already `wanted`; return whether it ran."""
    if stamp.is_file() and stamp.read_text() == wanted:
        return False
    say(f"  {title} ...")
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    say(f"  {title}: {time.monotonic() - started:.0f} s")
    return True
