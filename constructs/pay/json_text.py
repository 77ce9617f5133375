"""JSON documents, whole files and inside strings: policies, container definitions, variables."""

import json
from typing import Any

DEEPEST = 100
"""Objects and lists in one another. A plan of the AWS provider has fewer than 40. A recursive walk
through more than a few hundred reaches Python's limit of calls.
"""


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these pairs.

    Raises ValueError where a key occurs twice: which one counts is up to the reader (RFC 8259, 4).
    """
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key occurs twice")
    return entries


def is_deeper(value: object, most: int = DEEPEST) -> bool:
    """Return whether more than `most` objects and lists are in one another."""
    level = [value]
    for _ in range(most + 1):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []


def document_in(text: object) -> Any:
    """Return the object or list in a JSON text; None for anything else, also where a key occurs
    twice.

    Raises RecursionError for one that `is_deeper`.
    """
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        document = json.loads(text, object_pairs_hook=unique)
    except ValueError:
        return None
    if is_deeper(document):
        raise RecursionError
    return document


def parsed(text: object) -> Any:
    """Return the object or list in a JSON text; None also for one that is nested too deeply."""
    try:
        return document_in(text)
    except RecursionError:
        return None
