"""Terraform gets one process of the provider only where that changes nothing but the time."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.one_provider import provider_for

ADDRESS = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an initialised stack, in which Terraform runs."""
    (tmp_path / ADDRESS).mkdir(parents=True)
    (tmp_path / ADDRESS / "terraform-provider-aws_v5.100.0_x5").touch()
    (tmp_path / "cdk.tf").write_text('provider "aws" {\n  region = "eu-west-1"\n}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("command", [["plan", "-out=apply"], ["show", "-json"], ["apply", "plan"]])
def test_a_command_that_needs_the_provider_gets_it(command: list[str]) -> None:
    assert provider_for(command) == Path(ADDRESS, "terraform-provider-aws_v5.100.0_x5")


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("command", [["init"], ["fmt", "-"], ["version", "-json"], ["-v"], []])
def test_no_other_command_starts_it(command: list[str]) -> None:
    assert provider_for(command) is None


def test_the_stack_may_be_elsewhere(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert provider_for(["plan"]) is None
    assert provider_for([f"-chdir={stack}", "plan"]) is not None


def test_two_configurations_of_the_provider_do_not_share_a_process(stack: Path) -> None:
    (stack / "more.tf").write_text('provider "aws" {\n  alias = "global"\n}\n')
    assert provider_for(["plan"]) is None


def test_every_test_uses_it(tools: Mapping[str, str]) -> None:
    folder = Path(tools["PATH"].partition(":")[0])
    assert "one_provider.py" in (folder / "terraform").read_text()
