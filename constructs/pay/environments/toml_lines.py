"""On which line of a TOML file a key stands, so that a message can say it."""

import re
from collections.abc import Mapping

_TABLE = re.compile(r"^\s*\[+\s*([^\[\]]+?)\s*\]+\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+)\s*=")


class TomlLines:
    """The lines of a file's keys.

    tomllib drops positions. A key inside an inline table or a list is on the line of the key that
    holds it, which is what an environment file needs.
    """

    def __init__(self, text: str) -> None:
        self._lines: Mapping[str, int] = dict(_scan(text))

    def of(self, key: str) -> int | None:
        """The line of a dotted key, or of the nearest key or table around it; None: none is."""
        parts = key.split(".")
        while parts:
            if line := self._lines.get(".".join(parts)):
                return line
            parts.pop()
        return None


def _scan(text: str) -> list[tuple[str, int]]:
    found, table = [], ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _bare(header[1])
            found.append((table, number))
        elif pair := _KEY.match(line):
            key = _bare(pair[1])
            found.append((f"{table}.{key}" if table else key, number))
    return found


def _bare(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
