"""Writes JSON documents in arguments (policies, containers) as readable `jsonencode({...})`.

Reviewers and checkov can read the content as expressions. The value of the document is the same.
Its text may differ in spaces and the order of keys, which every argument listed here ignores.
"""

import json
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import partial

from pay.hcl.errors import TemplateError
from pay.hcl.shapes import Primitive
from pay.hcl.template_parts import Literal, in_marks
from pay.hcl.templates import escaped_value, parse, refuse_lost_values
from pay.hcl.values import render
from pay.json_text import unique

PrimitiveOf = Callable[[str], Primitive | None]
"""Returns the type of an expression if known, for example from the provider's schema."""

JSON_ARGUMENTS = frozenset(
    {
        "assume_role_policy",
        "container_definitions",
        "dashboard_body",
        "event_pattern",
        "input",
        "policy",
        "policy_document",
        "redrive_allow_policy",
        "redrive_policy",
    }
)
"""String arguments that hold a JSON document in every AWS resource."""

# Private-use characters around the number of a reference, while the document is parsed.
_OPEN, _CLOSE = "\ue000", "\ue001"


def json_document(text: str, indent: str, primitive_of: PrimitiveOf) -> str | None:
    """Return the document as `jsonencode(...)`; None if the text is not a JSON object or array.

    The text is a Terraform template, whose strings may be references or contain them. A string that
    is a reference stays a string: it becomes `tostring(...)` unless its type is known as string.
    """
    refuse_lost_values(text)
    if not text.lstrip().startswith(("{", "[")) or _OPEN in text or "\\ue000" in text.lower():
        return None
    try:
        parts = parse(text) if "${" in text or "%{" in text else [Literal(text)]
        expressions: list[str] = []
        pieces: list[str] = []
        for part in parts:
            if isinstance(part, Literal):
                pieces.append(part.text)
            elif part.opening != "${":
                return None
            else:
                pieces.append(f"{_OPEN}{len(expressions)}{_CLOSE}")
                expressions.append(part.expression)
        document = json.loads(
            "".join(pieces),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=unique,
        )
        strings = partial(_string, expressions, primitive_of)
        return f"jsonencode({render(document, indent, strings)})"
    except (ValueError, TemplateError):
        # A plain template, because a reference outside a string or a repeated key is not JSON.
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _string(expressions: list[str], primitive_of: PrimitiveOf, text: str) -> str:
    """Write a string of the parsed document, which is plain text with numbered references."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise TemplateError("Terraform normalises strings, but not the escapes of a JSON text")
    if _OPEN not in text:
        return f'"{escaped_value(text)}"'
    before, *rest = text.split(_OPEN)
    numbered = [part.split(_CLOSE, 1) for part in rest]
    if not before and len(numbered) == 1 and not numbered[0][1]:
        expression = expressions[int(numbered[0][0])]
        return expression if primitive_of(expression) == "string" else f"tostring({expression})"
    pieces = [escaped_value(before)]
    for number, after in numbered:
        if pieces[-1].endswith("$"):
            raise TemplateError("a dollar sign before a reference would escape it")
        pieces += [in_marks("${", expressions[int(number)], "}"), escaped_value(after)]
    return f'"{"".join(pieces)}"'
