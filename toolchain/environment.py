"""The environment variables for everything that runs Terraform, cdktf, Node or jsii."""

import os
from collections.abc import Mapping

from toolchain import provider_mirror
from toolchain.paths import CACHE, VENV_BIN

# jsii stops supporting a Node before cdktf-cli can leave it, and says so on every start. It wants
# the Node majors by name here, separated by commas; a plain 1 silences nothing.
JSII = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,20,22,24",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}
OTHERS = {
    "CHECKPOINT_DISABLE": "1",  # neither Terraform nor cdktf calls home
    # `cdktf deploy` would fetch every stack's provider once more from the public registry, for the
    # checksums of a lock file in cdktf.out, which is generated.
    "CDKTF_SKIP_PROVIDER_LOCK": "true",
    "NO_UPDATE_NOTIFIER": "1",
    "CDKTF_HOME": str(CACHE / "cdktf"),  # else ~/.cdktf
}


def tool_environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """A whole environment for a subprocess: `base` (default: this process's) plus the settings."""
    base = os.environ if base is None else base
    env = dict(base)
    for name, value in changes(base).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def changes(base: Mapping[str, str]) -> dict[str, str | None]:
    """What has to be set, or unset where the value is None, on top of `base`."""
    path = base.get("PATH", os.defpath).split(os.pathsep)
    ours = str(VENV_BIN)
    return {
        # First, so that the fallbacks of a tool that PATH lacks or has too old are found.
        "PATH": os.pathsep.join([ours, *(folder for folder in path if folder != ours)]),
        **JSII,
        **OTHERS,
        **provider_mirror.settings(base),
    }
