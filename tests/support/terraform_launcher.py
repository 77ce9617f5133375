"""Runs Terraform with one process of the AWS provider for a whole command.

Terraform itself starts the provider anew for the schema, the validation and the plan, and computes
the checksum of its 700 MB: two fifths of the work of planning a stack. Here the provider starts
once, in its debug mode, and Terraform is told where it listens, as in the provider's own acceptance
tests (HashiCorp: "Plugin Development: Debugging providers", terraform-plugin-testing).

Each command has a provider of its own: nothing of one configuration is left when the next begins.
A configuration with several of them, which would share the process, is run as Terraform does.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = frozenset({"apply", "destroy", "import", "plan", "refresh", "show", "validate"})
"""The commands that need the provider."""

PROVIDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/*/*/terraform-provider-aws_*"
TOLD = re.compile(r"TF_REATTACH_PROVIDERS='(.+)'")
SEVERAL = re.compile(r'(^|[\s{,])"?alias"?\s*[=:]')
"""A provider with an alias, in HCL or in JSON."""

SILENT = {"TF_LOG_PROVIDER": "off", "TF_LOG_SDK": "off"}
"""In debug mode a provider writes all of its log: a third of its work."""

CERTIFICATES = "AWS_CA_BUNDLE"
"""A provider that reads certificates cannot be configured twice, as an apply does; the local AWS
speaks plain HTTP.
"""


def write_launcher(folder: Path, path: str) -> None:
    """Write a program `terraform` that runs the one on `path` in this way."""
    if real := shutil.which("terraform", path=path):
        launcher = folder / "terraform"
        launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{__file__}" "{real}" "$@"\n')
        launcher.chmod(0o755)


def provider_for(arguments: list[str]) -> Path | None:
    """Return the provider that a command of Terraform needs, if one process of it is enough."""
    options = [argument for argument in arguments if argument.startswith("-chdir=")]
    folder = Path(options[0].partition("=")[2] if options else ".")
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command not in COMMANDS or any(map(_has_several, folder.glob("*.tf*"))):
        return None
    return next(folder.glob(PROVIDER), None)


def _has_several(file: Path) -> bool:
    is_configuration = file.name.endswith((".tf", ".tf.json"))
    return is_configuration and SEVERAL.search(file.read_text()) is not None


def start(provider: Path) -> str:
    """Start a provider that ends with this process, whatever ends it; return where it listens."""
    # Only this process, which becomes Terraform, holds the other end.
    ended, held = os.pipe()
    told, tell = os.pipe()
    if os.fork() == 0:
        os.close(held)
        _serve(provider, ended, tell)
        os._exit(0)
    os.close(ended)
    os.close(tell)
    os.set_inheritable(held, True)
    with os.fdopen(told) as answer:
        return answer.read()


def _serve(provider: Path, ended: int, tell: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    with subprocess.Popen(
        [provider, "-debug"],
        env={key: each for key, each in os.environ.items() if key != CERTIFICATES} | SILENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        for line in process.stdout or ():
            if found := TOLD.search(line):
                os.write(tell, found[1].encode())
                break
        os.close(tell)
        os.read(ended, 1)
        process.kill()


def main() -> None:
    terraform, *arguments = sys.argv[1:]
    if provider := provider_for(arguments):
        os.environ["TF_REATTACH_PROVIDERS"] = start(provider)
    os.execv(terraform, [terraform, *arguments])


if __name__ == "__main__":
    main()
