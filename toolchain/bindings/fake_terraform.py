"""Answers the questions of `cdktf get` to Terraform from the trimmed schema, without network.

cdktf get runs the program in TERRAFORM_BINARY_NAME with `version -json`, `-v`, `init` and
`providers schema -json`. This program refuses everything else.
"""

import json
import sys

from toolchain.bindings import schema_file

# A version that cdktf accepts; the schema does not depend on it.
TERRAFORM_VERSION = "1.10.0"


def answer(arguments: list[str]) -> str | None:
    """Return Terraform's output, or None for an unknown question."""
    match arguments:
        case ["-v" | "-version" | "--version"] | ["version"]:
            return f"Terraform v{TERRAFORM_VERSION}\n"
        case ["version", "-json"]:
            return json.dumps({"terraform_version": TERRAFORM_VERSION, "provider_selections": {}})
        case ["init", *_]:
            return ""
        case ["providers", "schema", "-json"]:
            return _schema_with_host()
    return None


def _schema_with_host() -> str:
    schema = schema_file.read()
    schema.pop("provider_version")
    address = f"{schema_file.REGISTRY}/{schema_file.PROVIDER}"
    return json.dumps({"format_version": "1.0", "provider_schemas": {address: schema}})


if __name__ == "__main__":
    text = answer(sys.argv[1:])
    if text is None:
        arguments = " ".join(sys.argv[1:])
        sys.exit(f"not Terraform: this program answers only `cdktf get`, not {arguments!r}")
    sys.stdout.write(text)
