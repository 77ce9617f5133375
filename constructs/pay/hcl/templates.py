"""Writes the strings of Terraform JSON as HCL2 with the same meaning.

In Terraform JSON nearly every string is a template: Terraform evaluates `${...}`, and `$${` is a
plain `${`. A few strings (descriptions, defaults of variables, backends) are literal.
"""

import re
from functools import lru_cache

from pay.hcl.errors import TemplateError
from pay.hcl.expressions import read_interpolation
from pay.hcl.grammar import check_balance
from pay.hcl.template_parts import (
    Interpolation,
    Literal,
    TemplatePart,
    directives_of,
    escaped,
    parts_of,
    quoted,
)

_PLAIN = re.compile(r"[ !#&-\[\]-~]*")  # printable ASCII without " $ % and backslash
_ONE_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)\}", re.ASCII)
_LIVE = re.compile(r"[$%]\{")
_BYTE_ORDER_MARK = "\ufeff"
"""At the start of a template, Terraform takes it for the mark of an encoding and drops it."""
_LOST = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>|\[object Object\]")


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
        return f'"{escaped(text)}"'
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
    return escaped(_LIVE.sub(lambda mark: mark[0][0] + mark[0], text))


def only_expression(text: str) -> str | None:
    """Return the expression that is the whole template; None for one that is always a string."""
    match parse(text.removeprefix(_BYTE_ORDER_MARK)):
        case [Interpolation("${", expression)]:
            return expression
    return None


def parse(text: str) -> list[TemplatePart]:
    """Return the parts of a template, in order, with strip markers carried out.

    A strip marker (`${~` or `~}`) removes the space beside it. In a quoted string of HCL2 it would
    remove the space of more lines than in JSON.

    Raises TemplateError for a template that Terraform cannot read.
    """
    return parts_of(text, read_interpolation)


@lru_cache(maxsize=16384)
def _mixed(text: str) -> str:
    parts = parse(text)
    check_balance(directives_of(parts), text)
    match [part for part in parts if part != Literal("")]:
        case [Interpolation("${", expression) as only]:
            bare = Interpolation("${", _unwrapped(expression))
            parts = [bare if part is only else part for part in parts]
    return quoted(parts)


def _unwrapped(expression: str) -> str:
    """Unwrap `"${x}"` inside an interpolation to x, as `terraform fmt` does."""
    if expression.startswith('"${') and expression.endswith('}"'):
        inside = parse(expression[1:-1])
        if len(inside) == 1 and isinstance(inside[0], Interpolation):
            return _unwrapped(inside[0].expression)
    return expression
