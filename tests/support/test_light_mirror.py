"""The provider of the tests' mirror is a script that becomes the machine's provider."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.light_mirror import light_mirror
from toolchain.paths import TERRAFORM_RC
from toolchain.provider_mirror import AWS, CLI_CONFIG, SETTING

PROGRAM = Path("5.100.0", "linux_amd64", "terraform-provider-aws_v5.100.0_x5")


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """The tools' environment on a machine with a mirror."""
    program = tmp_path / "mirror" / AWS / PROGRAM
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho the provider, $0, "$@"\n')
    program.chmod(0o755)
    return {SETTING: str(tmp_path / "mirror"), CLI_CONFIG: str(TERRAFORM_RC)}


def test_its_provider_becomes_the_one_of_the_machine(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    light = tmp_path / "light"
    variables = light_mirror(light, env)
    assert f'path    = "{light}"' in Path(variables[CLI_CONFIG]).read_text()
    ran = subprocess.run(
        [light / AWS / PROGRAM, "-debug"], capture_output=True, check=True, text=True
    )
    assert ran.stdout == f"the provider, {tmp_path / 'mirror' / AWS / PROGRAM}, -debug\n"


def test_a_configuration_of_the_developer_s_own_is_kept(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    assert light_mirror(tmp_path / "light", {**env, CLI_CONFIG: "/etc/terraform.rc"}) == {}
    assert not (tmp_path / "light").exists()


def test_a_mirror_of_archives_is_used_as_it_is(env: Mapping[str, str], tmp_path: Path) -> None:
    (tmp_path / "mirror" / AWS / PROGRAM).unlink()
    assert light_mirror(tmp_path / "light", env) == {}
