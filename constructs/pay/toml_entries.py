"""Reads a TOML file that is a list of tables of one name, such as `[[waiver]]`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pay.files import read_text
from pay.shown_text import cut
from pay.toml_lines import TomlLines
from pay.toml_text import NotToml, parse


class NotEntries(ValueError):
    """A file that cannot be read as such a list; the message says where and why."""

    def __init__(self, file: Path, why: str, line: int | None = None) -> None:
        super().__init__(f"{file}:{line}: {why}" if line else f"{file}: {why}")
        self.file, self.why, self.line = file, why, line


@dataclass(frozen=True)
class Entry:
    """One table of the list, unchecked."""

    number: int
    """From 1."""
    values: Any
    """As TOML has it; a table in a right file."""
    line: int | None
    """The line of its header."""
    lines: TomlLines
    table: str
    file: Path

    @property
    def title(self) -> str:
        """Return its name in messages."""
        return f"{self.table} {self.number}"

    def line_of(self, key: str) -> int | None:
        """Return the line of one of its keys, or else of its header; None if written in a line."""
        return self.lines.of(f"{self.table}.{self.number - 1}.{key}") or self.line

    def place(self, key: str) -> str:
        """Return file, line and name, for a message about one of its keys."""
        line = self.line_of(key)
        return f"{self.file}:{line}: {self.title}" if line else f"{self.file}: {self.title}"


def read_entries(file: Path, table: str) -> Iterator[Entry]:
    """Yield the tables `[[table]]` of a file. Raises NotEntries."""
    try:
        text = read_text(file)
        document = parse(text)
    except (OSError, ValueError) as error:
        line = error.line if isinstance(error, NotToml) else None
        raise NotEntries(file, str(error), line) from None
    lines = TomlLines(text)
    if unknown := sorted(set(document) - {table}):
        why = f"{cut(', '.join(unknown))} is unknown; allowed: [[{table}]]"
        raise NotEntries(file, why, lines.of(unknown[0]) or lines.of(f"{unknown[0]}.0"))
    listed = document.get(table, [])
    if not isinstance(listed, list):
        why = f"{table} is {type(listed).__name__}; write each as [[{table}]]"
        raise NotEntries(file, why, lines.of(table))
    for number, values in enumerate(listed, start=1):
        yield Entry(number, values, lines.of(f"{table}.{number - 1}"), lines, table, file)
