"""Writes the strings of Terraform JSON as HCL2 with the same meaning.

In Terraform JSON nearly every string is a template: Terraform evaluates `${...}`, and `$${` is a
plain `${`. A few strings (descriptions, defaults of variables, backends) are literal.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pay.hcl.errors import TemplateError
from pay.hcl.expressions import in_marks, read_interpolation

_PLAIN = re.compile(r"[ !#&-\[\]-~]*")  # printable ASCII without " $ % and backslash
_ONE_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\}", re.ASCII)
_MARK = re.compile(r"\$\$\{|%%\{|\$\{~?|%\{~?")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_LIVE = re.compile(r"[$%]\{")
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of a template, with `$${` and `%%{` still doubled."""

    source: str

    @property
    def text(self) -> str:
        """The text that Terraform reads."""
        return self.source.replace("$${", "${").replace("%%{", "%{")


@dataclass(frozen=True, slots=True)
class Interpolation:
    """`${expression}` or `%{directive}`, in `terraform fmt` form."""

    opening: str
    expression: str
    closing: str


def template(text: str) -> str:
    """Return the HCL2 expression for a string that Terraform JSON reads as a template.

    `${x}` alone becomes the bare expression, as in Terraform.
    Raises TemplateError for a template that Terraform cannot read.
    """
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    reference = _ONE_REFERENCE.fullmatch(text)
    if reference:
        return reference[1]
    if "${" not in text and "%{" not in text:
        return f'"{_escaped(text)}"'
    return _mixed(text)


def literal(text: str) -> str:
    """Return the HCL2 string for text that Terraform JSON reads literally."""
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return f'"{escaped_value(text)}"'


def escaped_value(text: str) -> str:
    """Return plain text, escaped for the inside of an HCL2 string."""
    return _escaped(_LIVE.sub(lambda mark: mark[0][0] + mark[0], text))


def only_expression(text: str) -> str | None:
    """Return the expression that is the whole template; None for one that is always a string."""
    match parse(text):
        case [Interpolation(expression=expression)]:
            return expression
    return None


def parse(text: str) -> list[Literal | Interpolation]:
    """Return the parts of a template, in order.

    Raises TemplateError for a template that Terraform cannot read.
    """
    if _LONE_RETURN.search(text):
        # Terraform 1.11 reads the marks after one as text.
        raise TemplateError(f"a carriage return without a line feed beside ${{ or %{{ in {text!r}")
    parts: list[Literal | Interpolation] = []
    position = literal_start = 0
    while mark := _MARK.search(text, position):
        position = mark.end()
        if mark[0] in ("$${", "%%{"):
            continue
        if mark.start() > literal_start:
            parts.append(Literal(text[literal_start : mark.start()]))
        expression, closing, position = read_interpolation(text, position)
        parts.append(Interpolation(mark[0], expression, closing))
        literal_start = position
    if literal_start < len(text):
        parts.append(Literal(text[literal_start:]))
    return parts


@lru_cache(maxsize=16384)
def _mixed(text: str) -> str:
    parts = parse(text)
    if len(parts) == 1 and isinstance(parts[0], Interpolation) and parts[0].opening[0] == "$":
        return _unwrapped(parts[0].expression)
    pieces = (
        _escaped(part.source)
        if isinstance(part, Literal)
        else in_marks(part.opening, part.expression, part.closing)
        for part in parts
    )
    return f'"{"".join(pieces)}"'


def _unwrapped(expression: str) -> str:
    """Unwrap `"${x}"` inside an interpolation to x, as `terraform fmt` does."""
    if expression.startswith('"${') and expression.endswith('}"'):
        inside = parse(expression[1:-1])
        if len(inside) == 1 and isinstance(inside[0], Interpolation):
            return _unwrapped(inside[0].expression)
    return expression


def _escaped(text: str) -> str:
    if text.isprintable():
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(map(_escape, text))


def _escape(character: str) -> str:
    short = _SHORT_ESCAPES.get(character)
    if short:
        return short
    if character.isprintable():
        return character
    if 0xD800 <= ord(character) <= 0xDFFF:
        escape = unicode_escape(character)
        raise TemplateError(f"half a surrogate pair, {escape}, is not a character")
    # Control, format and unusual space characters stay visible in a review.
    return unicode_escape(character)


def unicode_escape(character: str) -> str:
    """Return a character as HCL2 escapes it by its code."""
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
