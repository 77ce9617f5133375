"""Every stack from the next version of the provider, beside the one in use."""

import difflib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.environments.load import environment_files
from pay.model import Environment
from pay.model.environment.account import accounts
from pay.model.environment.provider import CONSTRAINTS, USUAL, ProviderMajor
from pay.model.stacks import KINDS
from tests.conftest import ROOT
from tests.support.synthesised import Synthesised, synthesise
from tests.support.terraform_runs import Terraform
from toolchain import provider_mirror
from toolchain.bindings import compare, generate, schema_file

MAIN = ROOT / "tests" / "support" / "main_with_bindings.py"
VERSION_LINES = [f'-      version = "{CONSTRAINTS[5]}"', f'+      version = "{CONSTRAINTS[6]}"']


def required(stack: Synthesised) -> str:
    version: str = stack.document["terraform"]["required_providers"]["aws"]["version"]
    return version


def test_an_environment_says_which_version_its_stacks_require(
    environments: Mapping[str, Environment],
) -> None:
    usual = environments["sandbox"]
    moved = usual.model_copy(update={"aws_provider": 6})
    for environment in (usual, moved):
        [stack] = synthesise([environment], ["sandbox-connector-traffic"]).values()
        assert required(stack) == CONSTRAINTS[environment.aws_provider]


def test_a_stack_of_an_account_moves_with_its_last_environment(
    environments: Mapping[str, Environment],
) -> None:
    shared = [environments["test-12"], environments["test-perf-1"]]
    first, both = shared[:1], shared

    def version(moved: list[Environment]) -> int:
        each = [e.model_copy(update={"aws_provider": 6}) if e in moved else e for e in shared]
        [account] = accounts(each)
        return account.aws_provider

    assert [version(moved) for moved in ([], first, both)] == [5, 5, 6]


def test_no_stack_uses_what_the_next_version_has_otherwise(
    estate: Mapping[str, Synthesised],
) -> None:
    """A line here says what a plan with the next version may show: read it before it is added."""
    old, new = schema_file.read(), schema_file.read(schema_file.NEXT)
    used = compare.used_by(stack.document for stack in estate.values())
    concern = compare.in_use(compare.differences(old, new), used)
    # Only read until now. Not set, it is the provider's, as before.
    assert [str(each) for each in concern] == [
        "aws_s3_bucket.region keeps what is there when it is not set"
    ]


@pytest.mark.slow
def test_every_stack_from_the_next_version_differs_in_the_version_only(
    written: Path, tools: Mapping[str, str], tmp_path: Path
) -> None:
    environments = tmp_path / "environments"
    shutil.copytree(ROOT / "environments", environments)
    for file in environment_files(environments).values():
        file.write_text(f"aws_provider = 6\n{file.read_text()}")
    bindings = generate.generate_next(dict(tools))
    subprocess.run(
        [sys.executable, "-O", MAIN, bindings.parent, schema_file.NEXT],
        cwd=ROOT,
        env={
            **tools,
            "CDKTF_OUTDIR": str(tmp_path / "out"),
            "PAY_ENVIRONMENTS": str(environments),
            "PAY_REUSE": "off",
        },
        check=True,
    )
    stacks = {file.parent.name: file for file in written.glob("*/cdk.tf")}
    moved = {file.parent.name: file for file in (tmp_path / "out" / "stacks").glob("*/cdk.tf")}
    assert moved.keys() == stacks.keys()
    for name, file in stacks.items():
        before, after = (each.read_text().splitlines() for each in (file, moved[name]))
        differing = [*difflib.unified_diff(before, after, n=0, lineterm="")]
        assert [line for line in differing[2:] if line[0] in "+-"] == VERSION_LINES, name


@pytest.mark.e2e
@pytest.mark.parametrize("major", CONSTRAINTS)
def test_terraform_takes_a_stack_of_each_kind(
    environments: Mapping[str, Environment],
    tools: Mapping[str, str],
    tmp_path: Path,
    major: ProviderMajor,
) -> None:
    """With 5, one stack: it shows that this test can pass. With 6, where a mirror has it."""
    env, patterns = dict(tools), ["sandbox-webhooks-egress-ec2"]
    if major != USUAL:
        mirror = provider_mirror.find(os.environ)
        if mirror is None or not _has(mirror / provider_mirror.AWS, major):
            pytest.skip(
                f"NOT SHOWN: terraform validate with hashicorp/aws {CONSTRAINTS[major]}, because "
                "no mirror here has it; put one into PAY_PROVIDER_MIRROR"
            )
        config = tmp_path / "terraform.rc"
        config.write_text(provider_mirror.cli_config(mirror))
        # Not the launcher of the tests, which keeps the other version running.
        path = env["PATH"].partition(os.pathsep)[2]
        env |= {"PATH": path, "TF_CLI_CONFIG_FILE": str(config)}
        patterns = [kind.stack_id("sandbox", "webhooks-egress") for kind in KINDS]
    moved = environments["sandbox"].model_copy(update={"aws_provider": major})
    terraform = Terraform(str(shutil.which("terraform", path=env["PATH"])), env)
    for id_, stack in synthesise([moved], patterns).items():
        folder = tmp_path / id_
        folder.mkdir()
        (folder / "main.tf.json").write_text(json.dumps(stack.document))
        terraform.run(folder, "init", "-backend=false", "-input=false")
        terraform.run(folder, "validate")


def _has(mirror: Path, major: int) -> bool:
    """Return whether a mirror has this version, unpacked or packed."""
    return any(mirror.glob(f"{major}.*")) or any(mirror.glob(f"terraform-provider-aws_{major}.*"))
