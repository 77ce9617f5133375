"""The environment variables of programs that use a sandbox as AWS: Terraform, cdktf, boto3."""

import os
import shlex
from collections.abc import Mapping

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import ONE_OFF_TASKS
from pay.model.tasks import image_tag_variable
from sandbox.server.process import Server
from toolchain import environment as tools

IMAGE_TAG = "1-sandbox"
"""The default release to deploy; no image is ever pulled."""

IMAGE_TAGS = (
    "application_image_tag",
    *(task.image_tag_variable for task in ONE_OFF_TASKS),
    *(image_tag_variable(each) for each in CATALOGUE if CATALOGUE[each].database),
)


def _own(server: Server, base: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables to set on top of `base`, or to unset where the value is None."""
    tags = {f"TF_VAR_{name}": base.get(f"TF_VAR_{name}", IMAGE_TAG) for name in IMAGE_TAGS}
    # A profile or a certificate bundle of a real account is not valid here.
    unset = dict.fromkeys(("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"))
    return {**unset, **tools.changes(base), **server.variables(), **tags}


def whole_environment(server: Server, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return `base`, by default this process's environment, with the sandbox's settings."""
    merged = {**base, **_own(server, base)}
    return {name: value for name, value in merged.items() if value is not None}


def export_lines(server: Server, base: Mapping[str, str] = os.environ) -> list[str]:
    """Return the lines for a shell to evaluate, with only the differences from `base`."""
    lines = []
    for name, value in sorted(_own(server, base).items()):
        if value is None and name in base:
            lines.append(f"unset {name}")
        elif value is not None and base.get(name) != value:
            lines.append(f"export {name}={shlex.quote(value)}")
    return lines
