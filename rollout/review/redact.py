"""Values as a review shows them: no secret, nothing sensitive."""

import json
from typing import Any

from pay.secrets.values import MASK, secret_words, why_secret
from rollout.plans.values import AttributeChange, is_unset, parse_json

SENSITIVE = "(sensitive: not shown)"
UNKNOWN = "(known after apply)"
UNSET = "not set"

_NEVER_SHOWN = frozenset({"user_data", "user_data_base64", "certificate_body", "private_key"})


def before_and_after(attribute: AttributeChange) -> tuple[str, str]:
    """The two values of an attribute that changes."""
    if attribute.is_sensitive or _last_name(attribute) in _NEVER_SHOWN:
        return SENSITIVE, SENSITIVE
    name = _last_name(attribute)
    after = UNKNOWN if attribute.is_unknown else shown(name, attribute.after)
    return shown(name, attribute.before), after


def shown(name: str, value: Any) -> str:
    """The value under this name, as text that anybody may read."""
    if is_unset(value) and not isinstance(value, bool | int):
        return UNSET
    if isinstance(value, str):
        document = parse_json(value) if value[:1] in ("{", "[") else None
        return _as_text(masked(name, value if document is None else document))
    return _as_text(masked(name, value))


def masked(name: str, value: Any) -> Any:
    """The value with everything in it that looks like a secret masked."""
    if isinstance(value, dict):
        # A pair of name and value, as ECS writes a variable, is judged under its own name.
        own = value.get("name")
        return {
            key: masked(own if key == "value" and isinstance(own, str) else str(key), item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        texts = [item if isinstance(item, str) else "" for item in value]
        # A command: what follows `--password` is a secret, whatever it looks like.
        secret = secret_words(texts)
        return [MASK if index in secret else masked(name, item) for index, item in enumerate(value)]
    if isinstance(value, str) and why_secret(name, value):
        return MASK
    return value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _last_name(attribute: AttributeChange) -> str:
    return next((step for step in reversed(attribute.path) if isinstance(step, str)), "")
