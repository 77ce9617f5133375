"""Stacks of an earlier synthesis, reused where nothing that they are made from has changed.

One file a stack, replaced as a whole, so that runs side by side and killed runs do no harm. Its
first line is a digest of what the stack was made from and of all other lines: an entry that was
made from something else, cut off or damaged is not an entry (docs/decisions/0083).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pay.hcl.output import StackOutput, replace_file


class KeptOutput:
    """A folder of entries, all for one state of the code."""

    def __init__(self, folder: Path, made_from: Callable[[], str]) -> None:
        """`made_from` returns a digest of what all stacks are made from, as it is now."""
        self._folder = folder
        self._made_from = made_from
        self._code = made_from()

    def find(self, id_: str, inputs: str) -> StackOutput | None:
        """The stack as it was made from these inputs; any other entry is deleted."""
        file = self._folder / id_
        try:
            digest, _, content = file.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if digest != self._digest(inputs, content):
            file.unlink(missing_ok=True)
            return None
        head, _, bodies = content.partition(b"\n")
        entry = json.loads(head)
        return StackOutput(entry["row"], dict(_files(entry["lengths"], bodies)))

    def keep(self, stacks: Mapping[str, StackOutput], inputs: Mapping[str, str]) -> None:
        """Replace the entries of these stacks (by id); of none when code was changed meanwhile, as
        nothing tells which state of it they were made from.
        """
        if self._made_from() != self._code:
            return
        for id_, stack in stacks.items():
            lengths = {path: len(content) for path, content in stack.files.items()}
            head = json.dumps({"row": dict(stack.row), "lengths": lengths})
            content = head.encode() + b"\n" + b"".join(stack.files.values())
            digest = self._digest(inputs[id_], content)
            replace_file(self._folder / id_, digest + b"\n" + content)

    def _digest(self, inputs: str, content: bytes) -> bytes:
        digest = hashlib.sha256(json.dumps([self._code, inputs]).encode())
        digest.update(content)
        return digest.hexdigest().encode()


def _files(lengths: Mapping[str, int], bodies: bytes) -> Iterator[tuple[str, bytes]]:
    start = 0
    for path, length in lengths.items():
        yield path, bodies[start : start + length]
        start += length
