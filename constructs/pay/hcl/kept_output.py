"""Stacks of an earlier synthesis, reused while their inputs are unchanged.

Each stack has one file, replaced as a whole, so that parallel and killed runs do no harm. Its first
line is a digest of the inputs and of all other lines. It detects an entry with other inputs or with
damage (docs/decisions/0083). Where the folder cannot be read or written, nothing is kept: a
checkout may be read-only, with CDKTF_OUTDIR elsewhere.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from pay.hcl.output import StackOutput, replace_where_new


class KeptOutput:
    """A folder of entries, all for one state of the code: the digest that `made_from` returns."""

    def __init__(self, folder: Path, made_from: Callable[[], str]) -> None:
        self._folder = folder
        self._made_from = made_from
        self._code = made_from()

    def find(self, id_: str, inputs: str) -> StackOutput | None:
        """Return the stack for these inputs; delete an entry for others."""
        file = self._folder / id_
        try:
            digest, _, content = file.read_bytes().partition(b"\n")
        except OSError:
            return None
        if digest != self._digest(inputs, content):
            with suppress(OSError):
                file.unlink()
            return None
        bodies = BytesIO(content)
        entry = json.loads(bodies.readline())
        files = {path: bodies.read(length) for path, length in entry["lengths"].items()}
        return StackOutput(entry["row"], files)

    def keep(self, stacks: Mapping[str, StackOutput], inputs: Mapping[str, str]) -> None:
        """Replace the entries of these stacks (by id), unless the code has changed meanwhile."""
        if self._made_from() != self._code:
            return
        for id_, stack in stacks.items():
            lengths = {path: len(content) for path, content in stack.files.items()}
            head = json.dumps({"row": dict(stack.row), "lengths": lengths})
            content = head.encode() + b"\n" + b"".join(stack.files.values())
            digest = self._digest(inputs[id_], content)
            with suppress(OSError):
                replace_where_new(self._folder / id_, digest + b"\n" + content)

    def _digest(self, inputs: str, content: bytes) -> bytes:
        digest = hashlib.sha256(json.dumps([self._code, inputs]).encode())
        digest.update(content)
        return digest.hexdigest().encode()
