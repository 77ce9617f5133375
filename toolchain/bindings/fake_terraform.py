"""Answers the questions of `cdktf get` to Terraform from a trimmed schema, without network.

Its first argument is the schema's file. cdktf get runs the program in TERRAFORM_BINARY_NAME with
`version -json`, `-v`, `init` and `providers schema -json`. This program refuses everything else.
"""

import json
import sys
from pathlib import Path

from toolchain.bindings import schema_file

# A version that cdktf accepts; the schema does not depend on it.
TERRAFORM_VERSION = "1.10.0"


def answer(arguments: list[str], schema: Path = schema_file.SCHEMA) -> str | None:
    """Return Terraform's output, or None for an unknown question."""
    match arguments:
        case ["-v" | "-version" | "--version"] | ["version"]:
            return f"Terraform v{TERRAFORM_VERSION}\n"
        case ["version", "-json"]:
            return json.dumps({"terraform_version": TERRAFORM_VERSION, "provider_selections": {}})
        case ["init", *_]:
            return ""
        case ["providers", "schema", "-json"]:
            return _schema_with_host(schema)
    return None


def _schema_with_host(file: Path) -> str:
    schema = schema_file.read(file)
    wanted = {key: schema[key] for key in ("provider", *schema_file.KINDS)}
    address = f"{schema_file.REGISTRY}/{schema_file.PROVIDER}"
    return json.dumps({"format_version": "1.0", "provider_schemas": {address: wanted}})


if __name__ == "__main__":
    text = answer(sys.argv[2:], Path(sys.argv[1]))
    if text is None:
        arguments = " ".join(sys.argv[2:])
        sys.exit(f"not Terraform: this program answers only `cdktf get`, not {arguments!r}")
    sys.stdout.write(text)
