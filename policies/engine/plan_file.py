"""A plan as Terraform writes it with `terraform show -json`."""

import json
from pathlib import Path
from typing import Any

Plan = dict[str, Any]

_ALLOWED = "allowed is the JSON of a plan: make it with `terraform show -json PLAN > PLAN.json`"


class NotAPlan(ValueError):
    """A file is not the JSON of a plan (`terraform show -json PLAN`)."""


def read(file: Path) -> Plan:
    """Raises NotAPlan."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotAPlan(f"{file}: {error.strerror}; {_ALLOWED}") from None
    except ValueError as error:
        raise NotAPlan(f"{file}: not JSON ({error}); {_ALLOWED}") from None
    if not isinstance(document, dict) or not isinstance(document.get("planned_values"), dict):
        raise NotAPlan(f"{file}: JSON, but not a plan; {_ALLOWED}")
    return document


def stack_name(document: Plan) -> str | None:
    """The tag `Stack` among the provider's default tags."""
    found: Any = document.get("configuration", {}).get("provider_config", {}).get("aws", {})
    for key in ("expressions", "default_tags"):
        found = found.get(key, {})
    if not isinstance(found, list) or not found:
        return None
    tags = found[0].get("tags", {}).get("constant_value", {})
    name = tags.get("Stack")
    return name if isinstance(name, str) else None
