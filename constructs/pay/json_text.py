"""JSON documents inside strings: policies, container definitions, variables."""

import json
from typing import Any


def parsed(text: object) -> Any:
    """Return the object or list in a JSON text; None for anything else."""
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
