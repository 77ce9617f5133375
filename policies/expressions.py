"""What checkov's HCL parser returns, as plain data: JSON documents decoded, references bare."""

import ast
import re
from typing import Any

REFERENCE = re.compile(r"[a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_-]+|\[(?:\d+|\*|\"[^\"]*\")\])+")
"""A reference such as `data.aws_vpc.this.id` or `aws_lb.this[0].arn`."""

_INTERPOLATION = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_JSONENCODE = "${jsonencode("


def decode(value: Any) -> Any:
    """`value` with every `jsonencode(...)` replaced by the document it encodes and every string
    that is nothing but a reference replaced by that reference.

    checkov would do this itself by rendering variables; it leaves a document of more than 10,000
    characters, or one that holds a reference that it can resolve, as a string that its own checks
    then pass over (docs/decisions/0040).
    """
    if isinstance(value, dict):
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, str) or not value.startswith("${") or not value.endswith("}"):
        return value
    inner = value[2:-1]
    if value.startswith(_JSONENCODE) and inner.endswith(")"):
        try:
            return decode(ast.literal_eval(inner.removeprefix("jsonencode(")[:-1]))
        except (ValueError, SyntaxError):
            return value
    if _NUMBER.fullmatch(inner):
        return float(inner) if "." in inner else int(inner)
    return inner if REFERENCE.fullmatch(inner) else value


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
    return [inner for inner in _INTERPOLATION.findall(value) if REFERENCE.fullmatch(inner)]


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
    return [] if inner and all(REFERENCE.fullmatch(each) for each in inner) else [value]


def _is_terraform(text: str) -> bool:
    return text.startswith(("data.", "var.", "local.", "module.", "aws_"))
