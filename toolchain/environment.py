"""The environment variables for everything that runs Terraform, cdktf, Node or jsii."""

import os
from collections.abc import Mapping

from toolchain import provider_mirror
from toolchain.paths import CACHE, VENV_BIN

# jsii warns on every start about a Node that cdktf-cli still needs. The first variable takes the
# Node majors, separated by commas; a plain 1 has no effect.
SETTINGS = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,20,22,24",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "CHECKPOINT_DISABLE": "1",  # no telemetry from Terraform or cdktf
    # `cdktf deploy` would download every stack's provider again from the public registry. It needs
    # only the checksums of a generated lock file in cdktf.out.
    "CDKTF_SKIP_PROVIDER_LOCK": "true",
    "NO_UPDATE_NOTIFIER": "1",
    "CDKTF_HOME": str(CACHE / "cdktf"),  # default: ~/.cdktf
}


def tool_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment for a subprocess: `base` (default: this process's) and the settings."""
    base = os.environ if base is None else base
    return {k: v for k, v in {**base, **changes(base)}.items() if v is not None}


def changes(base: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables to set on top of `base`, or to unset where the value is None."""
    path = base.get("PATH", os.defpath).split(os.pathsep)
    ours = str(VENV_BIN)
    return {
        # First, so that our own tool replaces one that is missing or too old.
        "PATH": os.pathsep.join([ours, *(folder for folder in path if folder != ours)]),
        **SETTINGS,
        **provider_mirror.settings(base),
    }
