"""Answers what `cdktf get` asks Terraform, from the trimmed schema: no Terraform, no network.

cdktf get runs the program in TERRAFORM_BINARY_NAME with `version -json`, `-v`, `init` and
`providers schema -json`; anything else is refused.
"""

import json
import sys

from toolchain.bindings import schema_file

# A version that cdktf accepts; the schema does not depend on it.
TERRAFORM_VERSION = "1.10.0"


def answer(arguments: list[str]) -> str | None:
    """What Terraform would print, or None for a question that is not answered here."""
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
        sys.exit(f"not Terraform: only answers `cdktf get`, not {' '.join(sys.argv[1:])!r}")
    sys.stdout.write(text)
