"""Stacks of earlier syntheses, reused where their inputs are the same again.

Each stack has a folder with a file for each of its last inputs. A rollback has the inputs of the
stage before, and a change of branch those of the branch. The name of a file is the digest of them.
Its first line is a digest of the name and of all other lines, and detects damage
(docs/decisions/0083, 0242). A file is replaced as a whole, so that parallel and killed runs do no
harm. Where the folder cannot be read or written, nothing is kept: a checkout may be read-only, with
CDKTF_OUTDIR elsewhere.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from pay.hcl.output import StackOutput, replace_where_new

MOST_OF_A_STACK = 8
"""Entries of one stack, the last used. Those of every stack of the estate take 110 MB."""


class KeptOutput:
    """A folder of entries, read and written with one state of the code: the digest that `made_from`
    returns.
    """

    def __init__(self, folder: Path, made_from: Callable[[], str]) -> None:
        self._folder = folder
        self._made_from = made_from
        self._code = made_from()

    def find(self, id_: str, inputs: str) -> StackOutput | None:
        """Return the stack for these inputs; delete a damaged entry."""
        file = self._file(id_, inputs)
        try:
            digest, _, content = file.read_bytes().partition(b"\n")
        except OSError:
            return None
        if digest != _digest(file.name, content):
            with suppress(OSError):
                file.unlink()
            return None
        with suppress(OSError):
            _mark_used(file)
        bodies = BytesIO(content)
        entry = json.loads(bodies.readline())
        files = {path: bodies.read(length) for path, length in entry["lengths"].items()}
        return StackOutput(entry["row"], files)

    def keep(self, stacks: Mapping[str, StackOutput], inputs: Mapping[str, str]) -> None:
        """Add entries of these stacks (by id), unless the code has changed meanwhile. Delete those
        that were used the longest ago.
        """
        if self._made_from() != self._code:
            return
        for id_, stack in stacks.items():
            lengths = {path: len(content) for path, content in stack.files.items()}
            head = json.dumps({"row": dict(stack.row), "lengths": lengths})
            content = head.encode() + b"\n" + b"".join(stack.files.values())
            file = self._file(id_, inputs[id_])
            with suppress(OSError):
                replace_where_new(file, _digest(file.name, content) + b"\n" + content)
                _mark_used(file)
                _delete_oldest(file.parent)

    def _file(self, id_: str, inputs: str) -> Path:
        key = hashlib.sha256(json.dumps([self._code, inputs]).encode())
        return self._folder / id_ / key.hexdigest()


def _digest(name: str, content: bytes) -> bytes:
    digest = hashlib.sha256(name.encode())
    digest.update(content)
    return digest.hexdigest().encode()


def _mark_used(file: Path) -> None:
    """Date a file to now. By itself, a file system dates all files of some milliseconds alike."""
    now = time.time_ns()
    os.utime(file, ns=(now, now))


def _delete_oldest(folder: Path) -> None:
    last_used = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for file in last_used[MOST_OF_A_STACK:]:
        file.unlink()
