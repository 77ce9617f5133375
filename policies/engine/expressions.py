"""Turns the output of checkov's HCL parser into plain data: documents decoded, references bare."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pay.json_text import parsed

REFERENCE = re.compile(r"[a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_*-]+|\[(?:\d+|\*|\"[^\"]*\")\])+")
"""A reference such as `data.aws_vpc.this.id` or `aws_lb.this[0].arn`."""

_INTERPOLATION = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_JSONENCODE = "jsonencode("
_TRANSPARENT = re.compile(r"(?:tostring|base64encode)\((.*)\)", re.DOTALL)
"""Functions that change only the form of a value."""

_JOIN = re.compile(r'join\("((?:[^"\\]|\\.)*)", ?([^,]+)\)')
"""Text in parts: a list of strings with one between each."""

_COLLECTING = re.compile(r"(?:join|sort|tolist|toset|one|concat|trimprefix)\((.*)\)")
_ROOTS = ("aws_", "count.", "data.", "each.", "local.", "module.", "path.", "terraform.", "var.")
_STRING = re.compile(r'"[^"]*"')
_ARGUMENT = re.compile(r'"[^"]*"|[^,\s]+')

Locals = Mapping[str, Any]


def decode(value: Any, locals_: Locals | None = None) -> Any:
    """Return `value` with documents, references and locals resolved.

    Each `jsonencode(...)` becomes its document, or JSON text if it encodes a local. Each string
    that is only a reference becomes the reference, and each local becomes its value.

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
    """Return the document in a JSON text, or the text itself if it does not hold one."""
    # The parser leaves the escapes of an HCL string as they are written.
    return parsed(text) or parsed(text.replace('\\"', '"')) or text


def _expression(text: str, locals_: Locals, as_written: str) -> Any:
    if text.startswith(_JSONENCODE) and text.endswith(")"):
        encoded = text.removeprefix(_JSONENCODE)[:-1]
        if REFERENCE.fullmatch(encoded):
            known = _expression(encoded, locals_, as_written)
            return as_written if isinstance(known, str) else json.dumps(known)
        try:
            return decode(ast.literal_eval(encoded), locals_)
        except (ValueError, SyntaxError):
            return as_written
    if transparent := _TRANSPARENT.fullmatch(text):
        return _expression(transparent[1], locals_, as_written)
    if join := _JOIN.fullmatch(text):
        parts = _expression(join[2], locals_, as_written)
        if isinstance(parts, list) and all(isinstance(part, str) for part in parts):
            return _unescaped(join[1]).join(parts)
    if len(text) > 1 and text[0] == text[-1] == '"' and _is_one_string(text):
        return _unescaped(text[1:-1])
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if not REFERENCE.fullmatch(text):
        return as_written
    if text.startswith("local.") and text.removeprefix("local.") in locals_:
        return decode(locals_[text.removeprefix("local.")], {})
    return text


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace('\\"', '"')


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
            continue
        for inner in _INTERPOLATION.findall(text):
            listed += REFERENCE.findall(_STRING.sub("", inner))
    return listed


def unevaluated(value: Any) -> list[str]:
    """Return every expression in a decoded value that only Terraform can evaluate.

    References alone are not included.
    """
    return [
        text
        for text in texts(value)
        if "${" in text.replace("$${", "")
        and not ((inner := _INTERPOLATION.findall(text)) and all(map(_has_only_references, inner)))
    ]


def _has_only_references(expression: str) -> bool:
    """Return whether an expression only collects references, without a value of its own."""
    call = _COLLECTING.fullmatch(expression)
    if call is None:
        return REFERENCE.fullmatch(expression) is not None
    return all(
        _STRING.fullmatch(each) or _has_only_references(each) for each in _ARGUMENT.findall(call[1])
    )
