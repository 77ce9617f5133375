"""Expressions in the values of a file: which references they name, and what only Terraform knows.

`policies.reading.hcl` makes the values.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from pay.json_text import parsed

REFERENCE = re.compile(r"[a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_*-]+|\[(?:\d+|\*|\"[^\"]*\")\])+")
"""A reference such as `data.aws_vpc.this.id` or `aws_lb.this[0].arn`."""

_COLLECTING = re.compile(r"(?:join|sort|tolist|toset|one|concat|trimprefix)\((.*)\)")
_ROOTS = ("aws_", "count.", "data.", "each.", "local.", "module.", "path.", "terraform.", "var.")
_STRING = re.compile(r'"[^"]*"')
_ARGUMENT = re.compile(r'"[^"]*"|[^,\s]+')
_DIRECTIVE = re.compile(r"(?<!%)%\{")
_MARK = "\ue000{}\ue001"
"""Stands for an interpolation; of Unicode's private use."""


class Located(str):
    """A text that holds a reference or an expression, and its line in the file."""

    line: int

    def __new__(cls, text: str, line: int = 1) -> Self:
        located = super().__new__(cls, text)
        located.line = line
        return located

    def __getnewargs__(self) -> tuple[str, int]:  # type: ignore[override]
        return str(self), self.line


class Expression(Located):
    """An expression that only Terraform can evaluate, as `${...}`."""


class TemplatePiece(NamedTuple):
    """One part of a template."""

    text: str
    inner: str | None
    """The expression in an interpolation; None for text."""


def split_template(text: str) -> Iterator[TemplatePiece]:
    """Yield the parts of a template, in order; `$${` is text."""
    start = position = 0
    while (opening := text.find("${", position)) >= 0:
        if text[:opening].endswith("$"):
            position = opening + 2
            continue
        end = _end_of_interpolation(text, opening + 2)
        if opening > start:
            yield TemplatePiece(text[start:opening], None)
        yield TemplatePiece(text[opening:end], text[opening + 2 : end - 1])
        start = position = end
    if start < len(text) or not text:
        yield TemplatePiece(text[start:], None)


def _end_of_interpolation(text: str, index: int) -> int:
    """Return the index after the brace that closes an interpolation, or the end of the text."""
    depth, quoted = 1, False
    while index < len(text):
        character = text[index]
        if character == "\\" and quoted:
            index += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth == 0:
                return index + 1
        index += 1
    return len(text)


def document_in(text: str) -> Any:
    """Return the document in a JSON text, or the text itself if it does not hold one.

    Interpolations inside its strings stay as they are.
    """
    inner = [part.text for part in split_template(text) if part.inner is not None]
    marked = "".join(
        part.text if part.inner is None else _MARK.format(inner.index(part.text))
        for part in split_template(text)
    )
    document = parsed(marked)
    if document is None:
        return text
    if not inner:
        return document
    written = json.dumps(document, ensure_ascii=False)
    for index, interpolation in enumerate(inner):
        written = written.replace(_MARK.format(index), json.dumps(interpolation)[1:-1])
    return json.loads(written)


def literal_text(text: str) -> str:
    """Return what a text itself says, without its references and interpolations."""
    if isinstance(text, Expression) or (REFERENCE.fullmatch(text) and text.startswith(_ROOTS)):
        return ""
    if "${" not in text:
        return text
    return "".join(part.text for part in split_template(text) if part.inner is None)


def texts(value: Any) -> Iterator[str]:
    """Yield every string inside a value, in order."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def references(value: Any) -> list[str]:
    """Return every reference in a decoded value, in order, including those inside templates."""
    listed: list[str] = []
    for text in texts(value):
        if REFERENCE.fullmatch(text) and text.startswith(_ROOTS):
            listed.append(text)
        elif "${" in text:
            for part in split_template(text):
                if part.inner is not None:
                    listed += REFERENCE.findall(_STRING.sub("", part.inner))
    return listed


def unevaluated(value: Any) -> list[str]:
    """Return every text in a decoded value that holds an expression only Terraform can evaluate.

    References alone are not included.
    """
    return [text for text in texts(value) if _is_unevaluated(text)]


def _is_unevaluated(text: str) -> bool:
    if "{" not in text:
        return False
    return _DIRECTIVE.search(text) is not None or not all(
        _has_only_references(part.inner.strip())
        for part in split_template(text)
        if part.inner is not None
    )


def _has_only_references(expression: str) -> bool:
    """Return whether an expression only collects references, without a value of its own."""
    call = _COLLECTING.fullmatch(expression)
    if call is None:
        return REFERENCE.fullmatch(expression) is not None
    return all(
        _STRING.fullmatch(each) or _has_only_references(each) for each in _ARGUMENT.findall(call[1])
    )
