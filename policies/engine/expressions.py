"""What checkov's HCL parser returns, as plain data: JSON documents decoded, references bare."""

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
"""Functions that change how a value is written, not what it says."""

_COLLECTING = re.compile(r"(?:join|sort|tolist|toset|one|concat)\((.*)\)")
_ROOTS = ("aws_", "count.", "data.", "each.", "local.", "module.", "path.", "terraform.", "var.")
_STRING = re.compile(r'"[^"]*"')
_ARGUMENT = re.compile(r'"[^"]*"|[^,\s]+')

Locals = Mapping[str, Any]


def decode(value: Any, locals_: Locals | None = None) -> Any:
    """`value` with every `jsonencode(...)` replaced by the document it encodes, every string that
    is nothing but a reference replaced by that reference, and that of a local by its value.

    checkov would do this itself by rendering variables; it leaves a document of more than 10,000
    characters, or one that holds a reference that it can resolve, as a string that its own checks
    then pass over (docs/decisions/0040).
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
    """Whether the quotes around `text` belong together: `"a" == "b"` is no string."""
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
    """Every reference in a decoded value, in order, those inside templates included."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in references(item)]
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    if not isinstance(value, str):
        return []
    if REFERENCE.fullmatch(value) and _is_terraform(value):
        return [value]
    return [
        found
        for inner in _INTERPOLATION.findall(value)
        for found in REFERENCE.findall(_STRING.sub("", inner))
    ]


def unevaluated(value: Any) -> list[str]:
    """Every expression left in a decoded value that is more than a reference: what only Terraform
    could evaluate, and no check can judge.
    """
    if isinstance(value, dict):
        return [found for item in value.values() for found in unevaluated(item)]
    if isinstance(value, list):
        return [found for item in value for found in unevaluated(item)]
    if not isinstance(value, str) or "${" not in value.replace("$${", ""):
        return []
    inner = _INTERPOLATION.findall(value)
    return [] if inner and all(_says_nothing_new(each) for each in inner) else [value]


def _says_nothing_new(expression: str) -> bool:
    """Whether an expression is references alone, put together by a function that adds nothing."""
    call = _COLLECTING.fullmatch(expression)
    if call is None:
        return REFERENCE.fullmatch(expression) is not None
    return all(
        REFERENCE.fullmatch(part) or _STRING.fullmatch(part) for part in _ARGUMENT.findall(call[1])
    )


def _is_terraform(text: str) -> bool:
    return text.startswith(_ROOTS)
