"""Finds the line of a key in a TOML file, for messages."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

_TABLE = re.compile(r"^\s*(\[+)\s*([^\[\]]+?)\s*\]+\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


class TomlLines:
    """The lines of a file's keys, as tomllib drops positions.

    A key inside an inline table or a list is on the line of the key that holds it. Tables in double
    brackets are counted from 0: `events.0`.
    """

    def __init__(self, text: str) -> None:
        self._lines: Mapping[str, int] = dict(_scan(text))

    def of(self, key: str) -> int | None:
        """Return the line of a dotted key, or of the nearest key or table around it, if any."""
        while key and key not in self._lines:
            key = key.rpartition(".")[0]
        return self._lines.get(key)


def _scan(text: str) -> Iterator[tuple[str, int]]:
    table, counts = "", Counter[str]()
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _TABLE.match(line):
            table = name = _bare(header[2])
            if header[1] == "[[":
                table = f"{name}.{counts[name]}"
                counts[name] += 1
            yield table, number
        elif pair := _KEY.match(line):
            key = _bare(pair[1])
            yield f"{table}.{key}" if table else key, number


def _bare(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
