"""Terraform gets a relay to its provider only where that changes nothing but the time."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.terraform_launcher import provider_for, types_in

ADDRESS = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
PROGRAM = "terraform-provider-aws_v5.100.0_x5"

TAGGED = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

variable "tag" {
  type = string
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true

  default_tags {
    tags = { (var.tag) = var.tag }
  }
}

resource "aws_sns_topic" "topic" {
  name = "topic"
}
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an initialised stack, in which Terraform runs."""
    (tmp_path / ADDRESS).mkdir(parents=True)
    (tmp_path / ADDRESS / PROGRAM).touch()
    (tmp_path / "cdk.tf").write_text('provider "aws" {\n  region = "eu-west-1"\n}\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [["plan", "-out=apply"], ["show", "-json"], ["apply", "plan"]])
def test_a_command_that_needs_the_provider_gets_it(stack: Path, command: list[str]) -> None:
    assert provider_for(command) == stack / ADDRESS / PROGRAM


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


def test_types_are_those_of_the_configuration_its_modules_and_its_state(stack: Path) -> None:
    (stack / "cdk.tf").write_text(
        'resource "aws_vpc" "v" {\n}\nmodule "m" {\n  source = "./m"\n}\n'
    )
    (stack / "m").mkdir()
    (stack / "m" / "cdk.tf.json").write_text('{"resource": {"aws_lb": {"lb": {}}}}')
    (stack / "terraform.tfstate").write_text('{"resources": [{"type": "aws_sqs_queue"}]}')
    assert managed(stack) == {"aws_vpc", "aws_sqs_queue"}

    listed = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": "m"}]}
    (stack / ".terraform" / "modules").mkdir()
    (stack / ".terraform" / "modules" / "modules.json").write_text(json.dumps(listed))
    assert managed(stack) == {"aws_vpc", "aws_lb", "aws_sqs_queue"}


def managed(stack: Path) -> set[str]:
    return {type_ for type_ in types_in(stack) if not type_.startswith("data.")}


DATA = {
    "cdk.tf": 'data "aws_wafv2_web_acl" "acl" {\n}\noutput "o" {\n  value = '
    '"${data.aws_wafv2_web_acl.acl.arn}"\n}\n',
    "terraform.tfstate": '{"resources": [\n{"mode": "data",\n  "type": "aws_wafv2_web_acl"}]}',
}


@pytest.mark.parametrize("file", DATA)
def test_a_data_source_is_no_resource_of_its_name(stack: Path, file: str) -> None:
    """The schema of the resource `aws_wafv2_web_acl` is longer than all others together."""
    (stack / file).write_text(DATA[file])
    assert types_in(stack) == {"data.aws_wafv2_web_acl"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("cdk.tf", 'resource "aws_lb" "lb" {\n}\n'),
        ("cdk.tf", 'data "aws_lb" "lb" {\n}\nresource "aws_lb" "lb" {\n}\n'),
        ("cdk.tf.json", '{"data": {"aws_lb": {"lb": {}}}}'),
        ("terraform.tfstate", '{"resources": [{"mode": "managed", "type": "aws_lb"}]}'),
    ],
)
def test_what_is_not_surely_a_data_source_may_be_both(stack: Path, file: str, text: str) -> None:
    (stack / file).write_text(text)
    assert types_in(stack) == {"aws_lb", "data.aws_lb"}


def test_every_test_uses_it(tools: Mapping[str, str]) -> None:
    folder = Path(tools["PATH"].partition(":")[0])
    assert "terraform_launcher.py" in (folder / "terraform").read_text()


@pytest.mark.e2e
def test_nothing_of_one_configuration_is_left_in_the_next(
    tools: Mapping[str, str], tmp_path: Path
) -> None:
    """Each plan is also what Terraform makes with providers of its own."""
    (tmp_path / "main.tf").write_text(TAGGED)
    launched, alone = (
        Path(folder) / "terraform"
        for folder in tools["PATH"].split(":")
        if (Path(folder) / "terraform").is_file()
    )

    def run(program: Path, *arguments: str) -> str:
        return subprocess.run(
            [program, *arguments],
            cwd=tmp_path,
            env=tools,
            capture_output=True,
            check=True,
            text=True,
        ).stdout

    def planned(program: Path, tag: str) -> Any:
        run(program, "plan", "-input=false", f"-var=tag={tag}", "-out=plan.bin")
        plan = json.loads(run(program, "show", "-json", "plan.bin"))
        return plan["resource_changes"]

    run(launched, "init", "-input=false")
    one, two, again = (planned(launched, tag) for tag in ("one", "two", "one"))
    assert [each["change"]["after"]["tags_all"] for each in (*one, *two)] == [
        {"one": "one"},
        {"two": "two"},
    ]
    assert again == one
    assert planned(alone, "two") == two
