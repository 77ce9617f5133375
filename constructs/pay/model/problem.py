"""The mistakes of an input: one message each, that says what to do."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_VALUE = 200
"""Characters of a value that a message repeats: enough to find it, on two lines of a terminal."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, line ends other than `\\n`, marks without width, and halves of a surrogate pair."""


def printable(text: str) -> str:
    """Return the text with what a terminal would obey, or not show, as `\\uXXXX`.

    A file that somebody else wrote could otherwise move the cursor, change colours or reverse the
    order of the words (Unicode Technical Report 36, 3.5, and Standard Annex 9).
    """
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def quoted(value: object) -> str:
    """Return a value for a message: as Python writes it, cut after LONGEST_VALUE characters."""
    text = repr(value) if isinstance(value, str) else _text(value)
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number of thousands of digits"


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
        return printable(": ".join(part for part in (place, self.key, text) if part))


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
