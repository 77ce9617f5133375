"""Texts of others in messages: cut, and without what a terminal would obey."""

import re

LONGEST_VALUE = 200
"""Characters of a value that a message repeats: enough to find it, on two lines of a terminal."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, line ends other than `\\n`, marks without width, and halves of a surrogate pair."""


def printable(text: str) -> str:
    """Return the text with what a terminal would obey, or not show, as `\\uXXXX`.

    Otherwise a file could move the cursor, change colours or reverse the order of the words.
    Sources: Unicode Technical Report 36, 3.5, and Standard Annex 9.
    """
    return _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def quoted(value: object) -> str:
    """Return a value for a message: as Python writes it, cut after LONGEST_VALUE characters."""
    return cut(repr(value) if isinstance(value, str) else _text(value))


def cut(text: str) -> str:
    """Return a text of at most LONGEST_VALUE characters, and else its beginning and length."""
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"


def _text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        return "a number of thousands of digits"
