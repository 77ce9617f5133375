"""Removes from a plan the values of arguments that are not set.

The plan of a deployed stack also holds every argument that nobody wrote, with the provider's zero
for "not set". The zero is "", 0, an empty list or map (docs/decisions/0139). `false` stays: rules
take it like an absent switch, but where the default is `true`.
"""

from collections.abc import Mapping
from typing import Any


def as_set(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the plan without the values of arguments that are not set."""
    values = document["planned_values"]
    module = values.get("root_module", {})
    written = {
        (each["mode"], each["type"], each["name"]): each.get("expressions", {})
        for each in document.get("configuration", {}).get("root_module", {}).get("resources", [])
    }
    resources = [
        {**each, "values": set_values(each["values"], written.get(key, {}))}
        if isinstance(each.get("values"), Mapping)
        else each
        for each in module.get("resources", [])
        for key in [(each["mode"], each["type"], each["name"])]
    ]
    set_only = {**values, "root_module": {**module, "resources": resources}}
    return {**document, "planned_values": set_only}


def set_values(values: Mapping[str, Any], written: Any) -> dict[str, Any]:
    """Return the arguments of a block that are set.

    `written` holds the expressions of the block in the plan's configuration. An argument that is
    not among them is set only if its value is not a zero. A zero counts for a written argument.
    """
    kept = {}
    for key, value in values.items():
        expression = written.get(key) if isinstance(written, Mapping) else None
        if value is None or (expression is None and not value and value is not False):
            continue
        kept[key] = _inside(value, expression)
    return kept


def _inside(value: Any, expression: Any) -> Any:
    """Return a value, with only the arguments that are set in each nested block."""
    if not isinstance(value, list) or not any(isinstance(each, Mapping) for each in value):
        return value
    if isinstance(expression, Mapping) and {"constant_value", "references"} & set(expression):
        return value  # The value of an attribute, written as a whole.
    # Terraform sorts the blocks of a set, so an argument counts as written if any of them has it.
    blocks = expression if isinstance(expression, list) else [expression or {}]
    written: dict[str, Any] = {}
    for block in blocks:
        for key, inner in block.items() if isinstance(block, Mapping) else ():
            others = written.get(key, [])
            is_block = isinstance(inner, list) and isinstance(others, list)
            written[key] = [*others, *inner] if is_block else inner
    return [set_values(each, written) if isinstance(each, Mapping) else each for each in value]
