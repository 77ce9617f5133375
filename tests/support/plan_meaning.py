"""What two plans have to share when their configurations mean the same.

Terraform shows expressions of JSON syntax in other words than those of HCL2, so that
- an expression's `constant_value` counts only when nothing in it is live: of JSON, Terraform shows
  the raw string, `"${aws_lb.this.arn}"`, beside the references, of HCL2 the references alone;
- a JSON document's text counts by its value, and in the configuration by its references;
- the list of relevant attributes has no order.
"""

import json
from collections.abc import Mapping
from typing import Any

from pay.hcl.json_documents import JSON_ARGUMENTS


def meaning_of_plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that a plan would do, and the configuration that it was made from."""
    relevant = plan.get("relevant_attributes", [])
    return {
        "configuration": meaning_of_configuration(plan["configuration"]),
        "relevant_attributes": sorted(json.dumps(each, sort_keys=True) for each in relevant),
        **{
            part: _with_document_values(plan.get(part))
            for part in ("planned_values", "resource_changes", "output_changes", "variables")
        },
    }


def meaning_of_configuration(configuration: Any, name: str = "") -> Any:
    if isinstance(configuration, list):
        return [meaning_of_configuration(item) for item in configuration]
    if not isinstance(configuration, dict):
        return configuration
    return {
        key: meaning_of_configuration(item, key)
        for key, item in configuration.items()
        if not (key == "constant_value" and _is_shown_in_other_words(item, name))
    }


def _is_shown_in_other_words(value: Any, argument: str) -> bool:
    text = json.dumps(value)
    return "${" in text or "%{" in text or argument in JSON_ARGUMENTS


def _with_document_values(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_document_values(item) for item in value]
    if isinstance(value, dict):
        return {
            key: json.loads(item)
            if key in JSON_ARGUMENTS and isinstance(item, str)
            else _with_document_values(item)
            for key, item in value.items()
        }
    return value
