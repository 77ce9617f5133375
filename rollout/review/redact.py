"""Shows values in a review without secrets and without what Terraform calls sensitive."""

import json
from base64 import b64decode
from typing import Any

from pay.json_text import parsed
from pay.secrets.values import MASK, masked, why_secret
from rollout.plans.plan import AttributeChange
from rollout.plans.values import is_unset

SENSITIVE = "(sensitive: not shown)"
UNKNOWN = "(known after apply)"
UNSET = "not set"

_NEVER_SHOWN = frozenset({"certificate_body", "private_key"})
_SCRIPTS = frozenset({"user_data", "user_data_base64"})
"""Scripts, mostly as base 64: shown as the lines that differ, unless one looks like a secret."""


def before_and_after(attribute: AttributeChange) -> tuple[str, str]:
    """Return the two values of an attribute that changes, as text that anybody may read."""
    name = next((step for step in reversed(attribute.path) if isinstance(step, str)), "")
    if name in _SCRIPTS and not (attribute.is_sensitive or attribute.is_unknown):
        return _lines_that_differ(attribute.before, attribute.after)
    if attribute.is_sensitive or name in _NEVER_SHOWN:
        return SENSITIVE, SENSITIVE
    after = UNKNOWN if attribute.is_unknown else shown(name, attribute.after)
    return shown(name, attribute.before), after


def _lines_that_differ(before: Any, after: Any) -> tuple[str, str]:
    old, new = _script(before), _script(after)
    if any(masked("", line) != line for text in (old, new) for line in (text, *text.split("\n"))):
        return SENSITIVE, SENSITIVE
    gone = [line.strip() for line in old.split("\n") if line not in new.split("\n")]
    come = [line.strip() for line in new.split("\n") if line not in old.split("\n")]
    return "; ".join(gone) or UNSET, "; ".join(come) or UNSET


def _script(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    try:
        return b64decode(text, validate=True).decode()
    except ValueError:  # it is the script itself, or nothing that can be read
        return text


def shown(name: str, value: Any) -> str:
    """Return the value under this name, as text that anybody may read."""
    if is_unset(value) and not isinstance(value, bool | int):
        return UNSET
    document = parsed(value)
    if document is None:
        return _as_text(masked(name, value))
    # In a document only the secrets are masked; where they are not clear, all of it.
    readable = masked(name, document)
    return MASK if readable == document and why_secret(name, value) else _as_text(readable)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
