"""The JSON Schema of the environment files, so that editors complete and check them."""

import json
from typing import Any

from pay.catalogue import CATALOGUE
from pay.model import Environment, Segment
from pay.model.service.size import FARGATE_MEMORY_MIB


def environment_schema() -> str:
    """Return the schema's text, without rules that need other files or AWS."""
    schema = _without_noise(Environment.model_json_schema(ref_template="#/definitions/{model}"))
    definitions = schema.pop("$defs")
    services = {"$ref": "#/definitions/Deployment"}
    schema["properties"]["services"] = {
        "description": "Every service of the catalogue: its stage and its tasks here.",
        "type": "object",
        "properties": dict.fromkeys(CATALOGUE, services),
        "required": list(CATALOGUE),
        "additionalProperties": False,
    }
    schema["properties"]["capacity"]["required"] = list(Segment)
    definitions["TaskSize"]["anyOf"] = [
        {"properties": {"cpu": {"const": cpu}, "memory_mib": {"enum": list(sizes)}}}
        for cpu, sizes in FARGATE_MEMORY_MIB.items()
    ]
    # Draft 7 is what editors' TOML tools know best.
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return json.dumps(head | schema | {"definitions": definitions}, indent=2) + "\n"


def _without_noise(node: Any) -> Any:
    """Remove titles, which repeat the keys, and null, which TOML does not have."""
    if isinstance(node, list):
        return [_without_noise(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: _without_noise(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and not isinstance(value, bool | int | str))
    }
    choices = [choice for choice in kept.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        return choices[0] | kept
    return kept
