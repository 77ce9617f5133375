"""The files of the trimmed provider schemas: sorted, one type per line, no descriptions, no host.

SCHEMA is of the provider's own answer, and every stack is made from it. NEXT is of the next major
version: what is in use must be the same in both (docs/decisions/0214).
"""

import json
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("aws-5.100.schema.json")
NEXT = Path(__file__).with_name("aws-6.69.schema.json")
PROVIDER = "hashicorp/aws"
REGISTRY = "registry.terraform.io"  # Terraform's name for the public registry, part of addresses
KINDS = ("resource_schemas", "data_source_schemas")
PROSE = {"description", "description_kind"}

Json = dict[str, Any]


def read(file: Path = SCHEMA) -> Json:
    """Return a schema with the keys `provider`, `provider_version` and those of KINDS. `read_from`,
    a package and its digest, is added where it is not the provider's own answer.
    """
    return dict(json.loads(file.read_text()))


def render(provider: Json, version: str, read_from: str = "") -> str:
    """Return the file's text, whose diff shows the changed types."""
    lines = ["{", f'"provider":{_line(provider["provider"])},', f'"provider_version":"{version}",']
    lines += [f'"read_from":"{read_from}",'] if read_from else []
    for kind in KINDS:
        rows = [f'"{name}":{_line(body)}' for name, body in sorted(provider[kind].items())]
        lines += [f'"{kind}":{{', ",\n".join(rows), "}" if kind == KINDS[-1] else "},"]
    return "\n".join([*lines, "}", ""])


def _line(schema: Json) -> str:
    return json.dumps(_without_prose(schema), sort_keys=True, separators=(",", ":"))


def _without_prose(schema: Any) -> Any:
    # An attribute may also be called `description`: attributes are objects, prose is text.
    if isinstance(schema, dict):
        return {
            key: _without_prose(value)
            for key, value in schema.items()
            if key not in PROSE or not isinstance(value, str)
        }
    if isinstance(schema, list):
        return [_without_prose(item) for item in schema]
    return schema
