"""Writes values as HCL2: strings, numbers, lists and objects, with a readable layout."""

import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from pay.hcl.errors import TemplateError
from pay.hcl.template_parts import unicode_escape

Strings = Callable[[str], str]
"""Writes the strings of a value: as templates, literally, or as those of a JSON document."""

LIST_LENGTH = 90
"""The most characters of a line with a list; a longer list has several lines."""

OBJECT_LENGTH = 160
"""The same for a small object in a list; longer, so that a change to one object is one line."""

_ENTRIES_ON_A_LINE = 3
_BARE_KEY = re.compile(r"(?!(?:for|true|false|null)$)[A-Za-z_][A-Za-z0-9_-]*")
_ONE_QUOTED_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
# `terraform fmt` counts visible characters; each of these is certainly one.
_ONE_COLUMN_EACH = re.compile(r"[\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]*")


def render(value: object, indent: str, strings: Strings) -> str:
    """Return the HCL2 expression; lines after the first start with `indent`.

    Raises TemplateError for anything that is not a Terraform value.
    """
    kind = type(value)
    if kind is str:
        return strings(value)  # type: ignore[arg-type]
    if kind is dict:
        return _object(value, indent, strings)  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        return _list(value, indent, strings)  # type: ignore[arg-type]
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return _integer(value)  # type: ignore[arg-type]
    if kind is float or kind is Decimal:
        return _number(value)  # type: ignore[arg-type]
    raise TemplateError(f"{value!r} is a {kind.__name__}; Terraform has no such value")


def assignments(pairs: Iterable[tuple[str, str]], indent: str) -> list[str]:
    """Return lines `name = value`, with the equals signs of adjacent one-line values aligned."""
    lines: list[str] = []
    run: list[tuple[str, str]] = []
    for name, text in pairs:
        if "\n" in text:
            lines += _aligned(run, indent)
            run = []
            lines.append(f"{indent}{name} = {text}")
        else:
            run.append((name, text))
    return lines + _aligned(run, indent)


def _aligned(run: list[tuple[str, str]], indent: str) -> list[str]:
    if not run:
        return []
    width = max([_columns(name) for name, _ in run])
    return [f"{indent}{name}{' ' * (width - _columns(name))} = {text}" for name, text in run]


def _columns(name: str) -> int:
    """Return the visible characters of a name. A mark counts with the letter that it is on."""
    if name.isascii():
        return len(name)
    return sum(not unicodedata.category(character).startswith("M") for character in name)


def _object(value: dict[object, object], indent: str, strings: Strings) -> str:
    if not value:
        return "{}"
    inner = indent + "  "
    pairs = [(_key(name, strings), render(item, inner, strings)) for name, item in value.items()]
    return "{\n" + "\n".join(assignments(pairs, inner)) + "\n" + indent + "}"


def _list(items: list[object] | tuple[object, ...], indent: str, strings: Strings) -> str:
    if not items:
        return "[]"
    inner = indent + "  "
    texts = [
        _element(item, inner, strings) if type(item) is dict else render(item, inner, strings)
        for item in items
    ]
    if not any(type(item) is dict for item in items):
        line = ", ".join(texts)
        if len(indent) + len(line) <= LIST_LENGTH and "\n" not in line:
            return f"[{line}]"
    return "[\n" + "".join([f"{inner}{text},\n" for text in texts]) + indent + "]"


def _element(value: dict[object, object], indent: str, strings: Strings) -> str:
    """Return an object in a list: a small one is one line, `{ name = "PORT", value = "9000" }`."""
    if 0 < len(value) <= _ENTRIES_ON_A_LINE and not any(
        type(item) in (dict, list, tuple) for item in value.values()
    ):
        pairs = [
            f"{_key(name, strings)} = {render(item, indent, strings)}"
            for name, item in value.items()
        ]
        line = "{ " + ", ".join(pairs) + " }"
        if len(indent) + len(line) <= OBJECT_LENGTH and "\n" not in line:
            return line
    return _object(value, indent, strings)


_SIGN = re.compile(r"\$\$\{|%%\{|\$\{|%\{")
"""An escaped or a live beginning of an expression in a template."""


def _key(name: object, strings: Strings) -> str:
    if type(name) is not str:
        raise TemplateError(f"the key {name!r} is a {type(name).__name__}; keys are strings")
    if _BARE_KEY.fullmatch(name):
        return name
    text = strings(name)
    is_quoted = _ONE_QUOTED_STRING.fullmatch(text) is not None
    if not _ONE_COLUMN_EACH.fullmatch(text):
        text = "".join(
            # Outside of quotes only a name has such letters, and a name has no escapes.
            c
            if _ONE_COLUMN_EACH.fullmatch(c) or (not is_text and f"_{c}".isidentifier())
            else unicode_escape(c)
            for c, is_text in _letters(text, is_quoted)
        )
    # A computed key needs parentheses; without them, HCL2 reads it as a literal name.
    return text if is_quoted else f"({text})"


def _letters(text: str, is_quoted: bool) -> Iterator[tuple[str, bool]]:
    """Yield each letter, and whether it is text in quotes: not of an expression, or inside one."""
    depth, position = 0, 0
    while position < len(text):
        sign = _SIGN.match(text, position)
        if sign and len(sign[0]) == 2:
            depth += 1
        elif depth and text[position] in "{}":
            depth += 1 if text[position] == "{" else -1
        for letter in sign[0] if sign else text[position]:
            yield letter, is_quoted and not depth
        position += len(sign[0]) if sign else 1


def _integer(value: int) -> str:
    try:
        return str(value)
    except ValueError as error:
        limit = sys.get_int_max_str_digits()
        raise TemplateError(f"an integer has more than {limit} digits") from error


def _number(value: float | Decimal) -> str:
    # Not all of Terraform's numbers are floats: 1e400 is not.
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise TemplateError(f"{value!r} is not a number that Terraform knows")
    return str(value)
