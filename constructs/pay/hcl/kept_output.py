"""Stacks of an earlier synthesis, reused where nothing that they are made from has changed.

One file a stack, replaced as a whole, so that runs side by side and killed runs do no harm. Its
first line is the digest of all the rest: an entry that was cut off, changed or made from anything
else is no entry (docs/decisions/0083).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pay.hcl.output import StackOutput, replace_file


@dataclass(frozen=True)
class KeptOutput:
    """A folder of entries, all for one state of the code."""

    folder: Path
    code: str
    """The digest of what all stacks are made from (`made_from`)."""

    def find(self, id_: str, inputs: str) -> StackOutput | None:
        """The stack as it was made from these inputs; without one the entry is deleted."""
        file = self.folder / id_
        try:
            digest, _, content = file.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if digest == _digest(content):
            head, _, bodies = content.partition(b"\n")
            entry = json.loads(head)
            if entry["key"] == self._key(inputs):
                return StackOutput(entry["row"], dict(_files(entry["files"], bodies)))
        file.unlink(missing_ok=True)
        return None

    def keep(self, id_: str, inputs: str, stack: StackOutput) -> None:
        """Replace the stack's entry."""
        lengths = {path: len(content) for path, content in stack.files.items()}
        entry = {"key": self._key(inputs), "row": dict(stack.row), "files": lengths}
        content = b"\n".join([json.dumps(entry).encode(), b"".join(stack.files.values())])
        replace_file(self.folder / id_, _digest(content) + b"\n" + content)

    def _key(self, inputs: str) -> str:
        return hashlib.sha256(json.dumps([self.code, inputs]).encode()).hexdigest()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _files(lengths: dict[str, int], bodies: bytes) -> Iterator[tuple[str, bytes]]:
    start = 0
    for path, length in lengths.items():
        yield path, bodies[start : start + length]
        start += length
