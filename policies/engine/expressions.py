"""Turns the output of checkov's HCL parser into plain data: documents decoded, references bare."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from pay.json_text import parsed

REFERENCE = re.compile(r"[a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_*-]+|\[(?:\d+|\*|\"[^\"]*\")\])+")
"""A reference such as `data.aws_vpc.this.id` or `aws_lb.this[0].arn`."""

_INTERPOLATION = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_JSONENCODE = "jsonencode("
_TRANSPARENT = re.compile(r"(?:tostring|base64encode)\((.*)\)", re.DOTALL)
"""Functions that change only the form of a value."""

_COLLECTING = re.compile(r"(?:join|sort|tolist|toset|one|concat)\((.*)\)")
_ROOTS = ("aws_", "count.", "data.", "each.", "local.", "module.", "path.", "terraform.", "var.")
_STRING = re.compile(r'"[^"]*"')
_ARGUMENT = re.compile(r'"[^"]*"|[^,\s]+')

Locals = Mapping[str, Any]


def decode(value: Any, locals_: Locals | None = None) -> Any:
    """Return `value` with documents, references and locals resolved.

    Each `jsonencode(...)` becomes its document, each string that is only a reference becomes the
    reference, and each local becomes its value.

    checkov's own rendering leaves a document as a string if it has more than 10,000 characters or
    holds a reference that it can resolve. Its checks then skip it (docs/decisions/0040).
    """
    if isinstance(value, dict):
        return {key: decode(item, locals_) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item, locals_) for item in value]
    if not isinstance(value, str) or not value.startswith("${") or not value.endswith("}"):
        return value
    return _expression(value[2:-1], locals_ or {}, value)


def document_in(text: str) -> Any:
    """The document in a JSON text, or the text itself where it does not hold one."""
    # The parser leaves the escapes of an HCL string as they are written.
    return parsed(text) or parsed(text.replace('\\"', '"')) or text


def _expression(text: str, locals_: Locals, as_written: str) -> Any:
    if text.startswith(_JSONENCODE) and text.endswith(")"):
        try:
            return decode(ast.literal_eval(text.removeprefix(_JSONENCODE)[:-1]), locals_)
        except (ValueError, SyntaxError):
            return as_written
    if transparent := _TRANSPARENT.fullmatch(text):
        return _expression(transparent[1], locals_, as_written)
    if len(text) > 1 and text[0] == text[-1] == '"' and _is_one_string(text):
        return text[1:-1].replace("\\n", "\n").replace('\\"', '"')
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if not REFERENCE.fullmatch(text):
        return as_written
    if text.startswith("local.") and text.removeprefix("local.") in locals_:
        return decode(locals_[text.removeprefix("local.")], {})
    return text


def _is_one_string(text: str) -> bool:
    """Return whether the outer quotes of `text` form a pair: `"a" == "b"` is not one string."""
    depth, index = 0, 1
    while index < len(text) - 1:
        if text[index] == "\\":
            index += 1
        elif text.startswith("${", index):
            depth += 1
        elif text[index] == "}" and depth:
            depth -= 1
        elif text[index] == '"' and not depth:
            return False
        index += 1
    return True


def references(value: Any) -> list[str]:
    """Return every reference in a decoded value, in order, including those inside templates."""
    if isinstance(value, dict):
        return [each for item in value.values() for each in references(item)]
    if isinstance(value, list):
        return [each for item in value for each in references(item)]
    if not isinstance(value, str):
        return []
    if REFERENCE.fullmatch(value) and _is_terraform(value):
        return [value]
    return [
        reference
        for inner in _INTERPOLATION.findall(value)
        for reference in REFERENCE.findall(_STRING.sub("", inner))
    ]


def unevaluated(value: Any) -> list[str]:
    """Return every expression in a decoded value that only Terraform can evaluate.

    References alone are not included.
    """
    if isinstance(value, dict):
        return [each for item in value.values() for each in unevaluated(item)]
    if isinstance(value, list):
        return [each for item in value for each in unevaluated(item)]
    if not isinstance(value, str) or "${" not in value.replace("$${", ""):
        return []
    inner = _INTERPOLATION.findall(value)
    return [] if inner and all(_has_only_references(each) for each in inner) else [value]


def _has_only_references(expression: str) -> bool:
    """Return whether an expression only collects references, without a value of its own."""
    call = _COLLECTING.fullmatch(expression)
    if call is None:
        return REFERENCE.fullmatch(expression) is not None
    return all(
        REFERENCE.fullmatch(part) or _STRING.fullmatch(part) for part in _ARGUMENT.findall(call[1])
    )


def _is_terraform(text: str) -> bool:
    return text.startswith(_ROOTS)
