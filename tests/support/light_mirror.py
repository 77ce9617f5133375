"""A mirror whose AWS provider is a script that becomes the real one.

`terraform init` computes the checksum of each provider that it installs, and every command without
a relay computes it again: half a second for 700 MB. Here it is that of some bytes, and all the
rest is done as ever: the version is chosen, the provider installed, the lock file written.
"""

from collections.abc import Mapping
from pathlib import Path

from toolchain import provider_mirror
from toolchain.paths import TERRAFORM_RC
from toolchain.provider_mirror import AWS, CLI_CONFIG

PROGRAMS = "*/*/terraform-provider-aws_*"
"""In an unpacked mirror: <version>/<platform>/<program>."""


def light_mirror(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Write the mirror; return the variables with which Terraform and cdktf use it: none where they
    use no mirror, or one of the developer's own configuration.

    `env`: the tools' environment.
    """
    mirror = provider_mirror.find(env)
    if mirror is None or env.get(CLI_CONFIG) != str(TERRAFORM_RC):
        return {}
    programs = [each for each in (mirror / AWS).glob(PROGRAMS) if each.suffix != ".zip"]
    if not programs:
        return {}
    for program in programs:
        script = folder / program.relative_to(mirror)
        script.parent.mkdir(parents=True)
        script.write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        script.chmod(0o755)
    configuration = folder / "terraform.rc"
    configuration.write_text(provider_mirror.cli_config(folder))
    return {CLI_CONFIG: str(configuration)}
