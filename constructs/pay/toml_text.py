"""Reads TOML, and says in which line it cannot be read."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from pay.json_text import is_deeper

DEEPEST = 20
"""Tables and lists in one another; the deepest key of an environment has four."""

_AT = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")
_DIGITS = re.compile(r"\d[\d_]{4000,}")
"""Python reads no number of more than 4,300 digits (`sys.int_info.default_max_str_digits`)."""
_STRING = r"""\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'"""
_STRING_OR_COMMENT = re.compile(rf"{_STRING}|#(?P<comment>[^\n]*)", re.DOTALL)


class NotToml(ValueError):
    """A text that cannot be read; the message says why."""

    def __init__(self, why: str, line: int | None) -> None:
        super().__init__(why)
        self.line = line


def parse(text: str) -> dict[str, Any]:
    """Return the content of a TOML text. Raises NotToml."""
    line: int | None
    try:
        document = tomllib.loads(text)
    except RecursionError:
        document = None
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        raise NotToml(_AT.sub("", str(error)), line) from None
    except ValueError:  # tomllib lets through what int() says of thousands of digits
        bare = _bare(text)
        number = _DIGITS.search(bare)
        line = bare.count("\n", 0, number.start()) + 1 if number else None
        digits = len(number[0].replace("_", "")) if number else "thousands of"
        raise NotToml(f"a number of {digits} digits", line) from None
    if document is None or is_deeper(document, DEEPEST):
        why = f"more than {DEEPEST} tables and lists in one another"
        raise NotToml(why, _line_of_depth(text))
    return document


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment with its line."""
    for match in _STRING_OR_COMMENT.finditer(text):
        if match["comment"]:
            yield text.count("\n", 0, match.start()) + 1, match["comment"]


def _bare(text: str) -> str:
    """Return the text without comments and what is in strings; lines stay."""
    return _STRING_OR_COMMENT.sub(lambda match: "_" + "\n" * match[0].count("\n"), text)


def _line_of_depth(text: str) -> int | None:
    """Return the first line with more than DEEPEST nested tables and lists. Each dot in a key makes
    one.
    """
    table = opened = 0
    for number, line in enumerate(_bare(text).split("\n"), start=1):
        is_table = not opened and line.lstrip().startswith("[") and "=" not in line
        key, value = ("", line) if opened else line.split("=", 1) if "=" in line else (line, "")
        dots = key.count(".") + 1 if key.strip() else 0
        if is_table:
            table, dots = dots, 0
        if table + dots + opened > DEEPEST:
            return number
        for sign in value:
            opened += (sign in "[{") - (sign in "]}")
            if table + dots + opened > DEEPEST:
                return number
    return None
