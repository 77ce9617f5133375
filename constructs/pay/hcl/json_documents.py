"""JSON documents inside arguments (policies, containers) as readable `jsonencode({...})`.

Everything inside stays an expression that reviewers and checkov can read. The value of the document
is the same; its text may differ from the original in spaces and in the order of keys, which every
argument listed here ignores.
"""

import json
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pay.hcl.errors import TemplateError
from pay.hcl.expressions import in_marks
from pay.hcl.shapes import Primitive
from pay.hcl.templates import Literal, escaped_value, parse
from pay.hcl.values import render

PrimitiveOf = Callable[[str], Primitive | None]
"""The type of an expression where it is known, for example from the provider's schema."""

JSON_ARGUMENTS = frozenset(
    {
        "assume_role_policy",
        "container_definitions",
        "dashboard_body",
        "event_pattern",
        "policy",
        "policy_document",
        "redrive_allow_policy",
        "redrive_policy",
    }
)
"""String arguments of AWS resources that hold a JSON document, whatever the resource."""

# Stand for the n-th reference while the document is parsed: private-use characters.
_OPEN, _CLOSE = "\ue000", "\ue001"


def json_document(text: str, indent: str, primitive_of: PrimitiveOf) -> str | None:
    """The document as `jsonencode(...)`; None where the text is no JSON object or array.

    The text is a Terraform template: references may stand inside its strings, as whole strings or
    as parts. A whole string that is a reference stays a string: `tostring(...)` where its type is
    not known to be one.
    """
    if not text.lstrip().startswith(("{", "[")) or _OPEN in text or "\\ue000" in text.lower():
        return None
    try:
        parts = parse(text) if "${" in text or "%{" in text else [Literal(text)]
        expressions: list[str] = []
        pieces: list[str] = []
        for part in parts:
            if isinstance(part, Literal):
                pieces.append(part.text)
            elif part.opening != "${" or part.closing != "}":
                return None
            else:
                pieces.append(f"{_OPEN}{len(expressions)}{_CLOSE}")
                expressions.append(part.expression)
        document = json.loads(
            "".join(pieces),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
        strings = _StringsOfDocument(expressions, primitive_of)
        return f"jsonencode({render(document, indent, strings)})"
    except (ValueError, TemplateError):
        # Not JSON (yet): a reference outside a string, a key twice. It stays a plain template.
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


class _StringsOfDocument:
    """Strings of a parsed document: plain text with numbered references in it."""

    def __init__(self, expressions: list[str], primitive_of: PrimitiveOf) -> None:
        self._expressions = expressions
        self._primitive_of = primitive_of

    def __call__(self, text: str) -> str:
        if not text.isascii() and not unicodedata.is_normalized("NFC", text):
            raise TemplateError("Terraform normalises strings, but not the escapes of a JSON text")
        if _OPEN not in text:
            return f'"{escaped_value(text)}"'
        before, *rest = text.split(_OPEN)
        numbered = [part.split(_CLOSE, 1) for part in rest]
        if not before and len(numbered) == 1 and not numbered[0][1]:
            expression = self._expressions[int(numbered[0][0])]
            is_string = self._primitive_of(expression) == "string"
            return expression if is_string else f"tostring({expression})"
        pieces = [escaped_value(before)]
        for number, after in numbered:
            if pieces[-1].endswith("$"):
                raise TemplateError("a dollar sign before a reference would escape it")
            pieces.append(in_marks("${", self._expressions[int(number)], "}"))
            pieces.append(escaped_value(after))
        return f'"{"".join(pieces)}"'
