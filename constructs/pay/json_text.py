"""JSON documents inside strings: policies, container definitions, variables."""

import json
from typing import Any


def parsed(text: object) -> Any:
    """The object or list that a JSON text holds; None for anything else."""
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
