"""The parts of a plan that its readers know. A part that a later Terraform adds could do something
that no rule judges, as actions of Terraform 1.14 do.

Source of the keys: Terraform, internal/command/jsonplan (`plan`, `ResourceChange`, `Change`,
`Importing`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

_PLAN = frozenset(
    {
        *("format_version", "terraform_version", "timestamp", "variables"),
        *("applyable", "complete", "errored", "deferred_changes"),
        *("configuration", "prior_state", "planned_values"),
        *("resource_changes", "resource_drift", "relevant_attributes"),
        # Outputs and the results of checks change nothing in AWS.
        *("output_changes", "checks"),
    }
)

_RESOURCE = frozenset(
    {
        *("address", "previous_address", "module_address", "mode", "type", "name", "index"),
        *("provider_name", "deposed", "change", "action_reason"),
    }
)

_CHANGE = frozenset(
    {
        *("actions", "before", "after", "after_unknown", "before_sensitive", "after_sensitive"),
        *("replace_paths", "importing", "before_identity", "after_identity"),
    }
)
"""Not `generated_config`: what such a plan imports is written in no file that was reviewed."""

_IMPORTING = frozenset({"id", "identity"})

_EMPTY: tuple[Any, ...] = (None, "", [], {}, False)


def unknown_parts(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield every part of a plan that is not known and not empty, with what it is about."""
    for key, value in _unknown(document, _PLAN):
        about = [each.get("address") for each in _objects(value)]
        addresses = ", ".join(address for address in about if isinstance(address, str))
        yield f"{key} ({addresses})" if addresses else key
    for section in ("resource_changes", "resource_drift"):
        for resource in _objects(document.get(section)):
            change = resource.get("change")
            importing = change.get("importing") if isinstance(change, Mapping) else None
            for path, part, known in (
                ("", resource, _RESOURCE),
                ("change.", change, _CHANGE),
                ("change.importing.", importing, _IMPORTING),
            ):
                for key, _ in _unknown(part, known):
                    yield f"{path}{key} of {resource.get('address')} in {section}"


def _unknown(part: object, known: frozenset[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(part, Mapping):
        yield from ((k, v) for k, v in part.items() if k not in known and v not in _EMPTY)


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
