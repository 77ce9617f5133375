"""The AWS provider without the public registry: finds a filesystem mirror and tells Terraform.

In this order: the CLI configuration that TF_CLI_CONFIG_FILE names, when that file exists, as it
is; the folder in PAY_PROVIDER_MIRROR; the folders below; else the public registry.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from toolchain.paths import TERRAFORM_RC
from toolchain.problems import ToolProblem

SETTING = "PAY_PROVIDER_MIRROR"
CLI_CONFIG = "TF_CLI_CONFIG_FILE"
# What a mirror holds, by Terraform's layout: <source host>/<namespace>/<type>.
AWS = Path("registry.terraform.io/hashicorp/aws")
# The first three are where Terraform itself looks; the rest is where administrators put mirrors.
PLACES = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "~/.terraform.d/plugin-cache",
    "~/.terraform.d/mirror",
    "/usr/lib/terraform/plugins",
    "/usr/local/lib/terraform/plugins",
    "/var/lib/terraform/plugins",
    "/opt/*",
    "/opt/*/*",
)


def settings(env: Mapping[str, str]) -> dict[str, str | None]:
    """The variables that make Terraform find the provider; None means: unset it."""
    named = env.get(CLI_CONFIG)
    if named and Path(named).is_file():
        return {}
    mirror = find(env)
    if mirror is None:
        # Terraform would print a warning about the missing file with every command.
        return {CLI_CONFIG: None} if named else {}
    _write(mirror)
    # `cdktf deploy` would otherwise ask the public registry for checksums.
    return {CLI_CONFIG: str(TERRAFORM_RC), "CDKTF_SKIP_PROVIDER_LOCK": "true"}


def find(env: Mapping[str, str], places: tuple[str, ...] = PLACES) -> Path | None:
    """The first folder that mirrors the AWS provider."""
    if chosen := env.get(SETTING):
        folder = Path(chosen).expanduser().absolute()
        if not (folder / AWS).is_dir():
            raise ToolProblem(
                f"{SETTING} is {chosen}, which holds no {AWS}",
                needed="a folder laid out like the output of `terraform providers mirror`",
                do=f"correct {SETTING}, or unset it to search the usual places",
            )
        return folder
    for place in places:
        pattern = Path(place).expanduser()
        root = Path(pattern.anchor)
        for folder in sorted(root.glob(str(pattern.relative_to(root)))):
            if (folder / AWS).is_dir():
                return folder
    return None


def _write(mirror: Path) -> None:
    text = (
        "# Written by set-up: the provider comes from this folder, all else from its registry.\n"
        "provider_installation {\n"
        "  filesystem_mirror {\n"
        f'    path    = "{mirror}"\n'
        f'    include = ["{AWS}"]\n'
        "  }\n"
        "  direct {\n"
        f'    exclude = ["{AWS}"]\n'
        "  }\n"
        "}\n"
    )
    if TERRAFORM_RC.is_file() and TERRAFORM_RC.read_text() == text:
        return
    TERRAFORM_RC.parent.mkdir(parents=True, exist_ok=True)
    temporary = TERRAFORM_RC.with_suffix(f".{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(TERRAFORM_RC)
