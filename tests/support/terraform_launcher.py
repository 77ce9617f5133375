"""Runs Terraform with a relay to the AWS provider in place of the provider itself.

Terraform starts the provider anew for the schema, the validation and the plan, and computes the
checksum of its 700 MB: two fifths of the work of planning a stack. Here it is told where a provider
listens already, as in the provider's own acceptance tests (HashiCorp: "Plugin Development:
Debugging providers", terraform-plugin-testing). `provider_keeper` says which provider that is.

A configuration with several providers, which would share a process, is run as Terraform does.
"""

import json
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

COMMANDS = frozenset({"apply", "destroy", "import", "plan", "refresh", "show", "validate"})
"""The commands that need the provider."""

NAMED = ("assets", "*.zip")
"""The files that a stack names, such as the code of a canary; cdktf writes them below `assets`."""

PROVIDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws_*"
MODULES = ".terraform/modules/modules.json"
SEVERAL = re.compile(r'(^|[\s{,])"?alias"?\s*[=:]')
"""A provider with an alias, in HCL or in JSON."""

TYPE = re.compile(r'(\bdata(?: "|\.|",\s*"type": "))?(aws_\w+)')
"""A word that may be a type of the provider; with the first group, that of a data source: in HCL,
in an address or in a state."""


def write_launcher(folder: Path, path: str, keeper: Path) -> None:
    """Write a program `terraform` that runs the one on `path` in this way.

    `keeper`: the socket of a `provider_keeper`.
    """
    if real := shutil.which("terraform", path=path):
        launcher = folder / "terraform"
        command = f'"{sys.executable}" -IS "{__file__}" "{keeper}" "{real}"'
        launcher.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        launcher.chmod(0o755)


def folder_of(arguments: list[str]) -> Path:
    """Return the folder that a command of Terraform is about."""
    options = [argument for argument in arguments if argument.startswith("-chdir=")]
    return Path(options[0].partition("=")[2] if options else ".").absolute()


def provider_for(arguments: list[str]) -> Path | None:
    """Return the provider that a command of Terraform needs, if one process of it is enough."""
    folder = folder_of(arguments)
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command not in COMMANDS or any(map(_has_several, folder.glob("*.tf*"))):
        return None
    return next(folder.glob(PROVIDER), None)


def _has_several(file: Path) -> bool:
    is_configuration = file.name.endswith((".tf", ".tf.json"))
    return is_configuration and SEVERAL.search(file.read_text()) is not None


def types_in(folder: Path) -> set[str]:
    """Return what may be types of the provider, in a configuration and its states.

    That of a data source begins with `data.`; a word that says of neither kind may be of both.
    """
    words = {word for file in _files(folder) for word in TYPE.findall(file.read_text())}
    return {f"data.{word}" for _, word in words} | {word for is_data, word in words if not is_data}


def _files(folder: Path) -> Iterator[Path]:
    modules = folder / MODULES
    listed = json.loads(modules.read_text())["Modules"] if modules.is_file() else [{"Dir": "."}]
    for module in {folder / each["Dir"] for each in listed}:
        for pattern in ("*.tf", "*.tf.json", "*.tfstate"):
            yield from module.glob(pattern)


def reach(keeper: str, provider: Path, folder: Path) -> str:
    """Return where Terraform finds its provider. The connection ends with this process, which
    becomes Terraform, and says so to the keeper.
    """
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(keeper)
    asked = {
        "program": str(provider.resolve()),
        "folder": str(folder) if any(map(list, map(folder.glob, NAMED))) else None,
        "types": sorted(types_in(folder)),
        "variables": dict(os.environ),
    }
    connection.sendall(json.dumps(asked).encode() + b"\n")
    answer = connection.makefile().readline()
    os.set_inheritable(connection.detach(), True)
    return answer


def main() -> None:
    keeper, terraform, *arguments = sys.argv[1:]
    if provider := provider_for(arguments):
        os.environ["TF_REATTACH_PROVIDERS"] = reach(keeper, provider, folder_of(arguments))
    os.execv(terraform, [terraform, *arguments])


if __name__ == "__main__":
    main()
