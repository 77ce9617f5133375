"""The mistakes of an input: one message each, that says what to do."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from pay.shown_text import cut, printable


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: its place, the value found, the allowed values and the fix."""

    where: str = ""
    """The file, or the part of the command line; empty for the value that is being checked."""
    key: str = ""
    """The dotted key, `services.connector.stage`; empty for the whole."""
    line: int | None = None
    found: str
    allowed: str
    fix: str = ""

    def __str__(self) -> str:
        place = self.where if self.line is None else f"{self.where}:{self.line}"
        parts = [f"found {self.found}", f"allowed: {self.allowed}", self.fix]
        text = "; ".join(part for part in parts if part)
        return printable(": ".join(part for part in (place, cut(self.key), text) if part))


class InvalidInput(Exception):
    """Every mistake of one input; `str()` lists them by line. main.py and `pay` exit with 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the fix for an unknown word."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]}?" if close else otherwise
