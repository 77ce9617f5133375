"""JSON documents inside strings: policies, container definitions, variables."""

import json
from typing import Any


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of these pairs.

    Raises ValueError where a key occurs twice: which one counts is up to the reader (RFC 8259, 4).
    """
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key occurs twice")
    return entries


def parsed(text: object) -> Any:
    """Return the object or list in a JSON text; None for anything else, also where a key occurs
    twice.
    """
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError):
        return None
