"""Writes the strings of Terraform JSON as HCL2 with the same meaning.

In Terraform JSON nearly every string is a template: Terraform evaluates `${...}`, and `$${` is a
plain `${`. A few strings (descriptions, defaults of variables, backends) are literal.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pay.hcl.errors import TemplateError
from pay.hcl.expressions import in_marks, keyword, read_interpolation
from pay.hcl.grammar import check_balance

_PLAIN = re.compile(r"[ !#&-\[\]-~]*")  # printable ASCII without " $ % and backslash
_ONE_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)\}", re.ASCII)
_MARK = re.compile(r"\$\$\{|%%\{|\$\{~?|%\{~?")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_LIVE = re.compile(r"[$%]\{")
_BYTE_ORDER_MARK = "\ufeff"
"""At the start of a template, Terraform takes it for the mark of an encoding and drops it."""
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What strip markers remove: `unicode.IsSpace` of Go."""
_LOST = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>|\[object Object\]")
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


def template(text: str) -> str:
    """Return the HCL2 expression for a string that Terraform JSON reads as a template.

    `${x}` alone becomes the bare expression, as in Terraform.
    Raises TemplateError for a template that Terraform cannot read.
    """
    refuse_lost_values(text)
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    text = text.removeprefix(_BYTE_ORDER_MARK)
    reference = _ONE_REFERENCE.fullmatch(text)
    if reference:
        return reference[1]
    if "${" not in text and "%{" not in text:
        return f'"{_escaped(text)}"'
    return _mixed(text)


def literal(text: str) -> str:
    """Return the HCL2 string for text that Terraform JSON reads literally."""
    refuse_lost_values(text)
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return f'"{escaped_value(text)}"'


def refuse_lost_values(text: str) -> None:
    """Raise TemplateError if Python or JavaScript wrote an object instead of its value."""
    if "object " in text and (lost := _LOST.search(text)):
        raise TemplateError(
            f"has {lost[0]} in place of a value; put the value into the text, such as "
            "variable.string_value or Token.as_string(iterator.value)"
        )


def escaped_value(text: str) -> str:
    """Return plain text, escaped for the inside of an HCL2 string."""
    return _escaped(_LIVE.sub(lambda mark: mark[0][0] + mark[0], text))


def only_expression(text: str) -> str | None:
    """Return the expression that is the whole template; None for one that is always a string."""
    match parse(text.removeprefix(_BYTE_ORDER_MARK)):
        case [Interpolation("${", expression)]:
            return expression
    return None


def parse(text: str) -> list[Literal | Interpolation]:
    """Return the parts of a template, in order, with strip markers carried out.

    A strip marker (`${~` or `~}`) removes the space beside it. In JSON syntax it does so up to the
    next line end, as Terraform reads such a template line by line (`bareTemplate` in HCL's
    `scan_tokens.rl`). In a quoted string of HCL2 it would remove the space of more lines.

    Raises TemplateError for a template that Terraform cannot read.
    """
    if _LONE_RETURN.search(text):
        # Terraform 1.11 reads the marks after one as text.
        raise TemplateError(f"a carriage return without a line feed beside ${{ or %{{ in {text!r}")
    parts: list[Literal | Interpolation] = []
    position = literal_start = 0
    closing = ""
    while mark := _MARK.search(text, position):
        position = mark.end()
        if mark[0] in ("$${", "%%{"):
            continue
        if mark.start() > literal_start:
            before = text[literal_start : mark.start()]
            parts.append(_literal(before, strip_left="~" in closing, strip_right="~" in mark[0]))
        opening = mark[0][:2]
        expression, closing, position = read_interpolation(text, position, opening)
        parts.append(Interpolation(opening, expression))
        literal_start = position
    if literal_start < len(text):
        after = text[literal_start:]
        parts.append(_literal(after, strip_left="~" in closing, strip_right=False))
    return parts


def _literal(source: str, *, strip_left: bool, strip_right: bool) -> Literal:
    """Return text without the space that the strip markers beside it remove.

    The text stays a part where nothing is left of it: with it, the template is always a string.
    """
    if strip_left:
        line, newline, rest = source.partition("\n")
        source = (line + newline).lstrip(_SPACE) + rest
    if strip_right and source.endswith(("$\r\n", "%\r\n")):
        # There the carriage return belongs to the sign's token, and stays.
        source = source[:-1]
    elif strip_right:
        last_line = source.rfind("\n", 0, -1) + 1
        source = source[:last_line] + source[last_line:].rstrip(_SPACE)
    return Literal(source)


@lru_cache(maxsize=16384)
def _mixed(text: str) -> str:
    parts = parse(text)
    check_balance(
        [
            keyword(p.expression)
            for p in parts
            if isinstance(p, Interpolation) and p.opening == "%{"
        ],
        text,
    )
    match [part for part in parts if part != Literal("")]:
        case [Interpolation("${", expression)] if len(parts) == 1:
            return _unwrapped(expression)
        case [Interpolation("${", expression)]:
            # In quotes alone it would keep its own type.
            return f"tostring({_unwrapped(expression)})"
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, Literal):
            pieces.append(_escaped(part.source))
            continue
        if pieces and pieces[-1].endswith(part.opening[0]):
            # Without space between them, the two signs would be an escape.
            pieces[-1] = pieces[-1][:-1] + unicode_escape(part.opening[0])
        pieces.append(in_marks(part.opening, part.expression, "}"))
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
