"""Finds a filesystem mirror of the AWS provider, to install it without the public registry.

The order is: the folder in PAY_PROVIDER_MIRROR, an existing CLI configuration in TF_CLI_CONFIG_FILE
unchanged, the folders below, the public registry.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from toolchain.paths import PLUGIN_CACHE, TERRAFORM_RC
from toolchain.problems import ToolProblem

SETTING = "PAY_PROVIDER_MIRROR"
CLI_CONFIG = "TF_CLI_CONFIG_FILE"
# Terraform's layout of a mirror is <source host>/<namespace>/<type>.
AWS = Path("registry.terraform.io/hashicorp/aws")
# Terraform itself searches the first three; administrators put mirrors in the others.
PLACES = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "~/.terraform.d/mirror",
    "/usr/lib/terraform/plugins",
    "/usr/local/lib/terraform/plugins",
    "/var/lib/terraform/plugins",
    "/opt/*",
    "/opt/*/*",
)


def settings(env: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables with which Terraform finds the provider; None unsets a variable.

    Raises ToolProblem if PAY_PROVIDER_MIRROR is not a mirror.
    """
    named = env.get(CLI_CONFIG)
    theirs = named not in (None, "", str(TERRAFORM_RC)) and Path(str(named)).is_file()
    if theirs and not env.get(SETTING):
        return {}
    mirror = find(env)
    if mirror is None:
        # Every Terraform command would warn about the missing file.
        return ({CLI_CONFIG: None} if named else {}) | _one_download(env)
    _write_cli_config(mirror)
    return {
        CLI_CONFIG: str(TERRAFORM_RC),
        # Terraform links the mirror's files, so a cache would save nothing.
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "1",
    }


def _mirrors_aws(folder: Path) -> bool:
    # False for a forbidden folder, where Path.is_dir raises.
    return os.path.isdir(folder / AWS)  # noqa: PTH112


def _one_download(env: Mapping[str, str]) -> dict[str, str | None]:
    """Return the settings of a cache: otherwise each stack would download the provider (650 MB)."""
    if env.get("TF_PLUGIN_CACHE_DIR"):
        return {}
    PLUGIN_CACHE.mkdir(parents=True, exist_ok=True)
    return {
        "TF_PLUGIN_CACHE_DIR": str(PLUGIN_CACHE),
        # Without this, Terraform ignores its cache for a stack without a lock file. The stacks'
        # lock files are in cdktf.out, which is generated.
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
    }


def find(env: Mapping[str, str]) -> Path | None:
    """Return the first folder that mirrors the AWS provider.

    Raises ToolProblem if PAY_PROVIDER_MIRROR is not a mirror.
    """
    if chosen := env.get(SETTING):
        folder = Path(chosen).expanduser().absolute()
        if not _mirrors_aws(folder):
            raise ToolProblem(
                f"{SETTING} is {chosen}, which does not contain {AWS}",
                needed="a folder with the layout of `terraform providers mirror`",
                do=f"correct {SETTING}, or unset it to search the usual places",
            )
        return folder
    for place in PLACES:
        pattern = Path(place).expanduser()
        root = Path(pattern.anchor)
        for folder in sorted(root.glob(str(pattern.relative_to(root)))):
            if _mirrors_aws(folder):
                return folder
    return None


def cli_config(mirror: Path) -> str:
    """Return a configuration of Terraform with which the provider comes from the mirror."""
    return f"""\
# Written by set-up: the provider comes from this folder, others from their registry.
provider_installation {{
  filesystem_mirror {{
    path    = "{mirror}"
    include = ["{AWS}"]
  }}
  direct {{
    exclude = ["{AWS}"]
  }}
}}
"""


def _write_cli_config(mirror: Path) -> None:
    text = cli_config(mirror)
    if not TERRAFORM_RC.is_file() or TERRAFORM_RC.read_text() != text:
        TERRAFORM_RC.parent.mkdir(parents=True, exist_ok=True)
        # As `pay.files.replace_file` does, which is not there before set-up.
        temporary = TERRAFORM_RC.with_suffix(f".{os.getpid()}")
        temporary.write_text(text)
        temporary.replace(TERRAFORM_RC)
