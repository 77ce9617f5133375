"""The gate refuses everything that it does not read."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.policies.conftest import copy_stacks, judge
from tests.policies.mutations import CONNECTOR, ROLE, TASK, Mutation
from tests.policies.warm_gate import GATE_PYTHON

pytestmark = pytest.mark.slow

Break = Callable[[Path], object]
"""Breaks something in a folder of stacks."""


def edit(find: str, put: str, address: str = TASK) -> Break:
    def apply(stacks: Path) -> None:
        file = stacks / CONNECTOR / "cdk.tf"
        file.write_text(Mutation("", CONNECTOR, address, find, put).apply(file.read_text()))

    return apply


def append(text: str) -> Break:
    return edit("", text)


def add_file(name: str, text: str) -> Break:
    return lambda stacks: (stacks / CONNECTOR / name).write_text(text)


def metadata(change: Callable[[dict[str, Any]], object]) -> Break:
    def apply(stacks: Path) -> None:
        file = stacks / CONNECTOR / "metadata.json"
        document = json.loads(file.read_text())
        change(document)
        file.write_text(json.dumps(document))

    return apply


def manifest(change: Callable[[dict[str, Any]], object]) -> Break:
    def apply(stacks: Path) -> None:
        file = stacks / "manifest.json"
        document = json.loads(file.read_text())
        change(document["stacks"])
        file.write_text(json.dumps(document))

    return apply


def remove(name: str) -> Break:
    return lambda stacks: (stacks / name).unlink()


def write(name: str, text: str) -> Break:
    return lambda stacks: (stacks / name).write_text(text)


def document(body: str) -> str:
    return f'data "aws_iam_policy_document" "x" {{\n{body}\n}}\n'


BREAKS: dict[str, tuple[Break, str, str]] = {
    "a file that checkov cannot parse": (
        append('resource "aws_lb" "x" {\n'),
        "unread",
        "cannot parse this file",
    ),
    "a wrapped jsonencode": (
        edit("container_definitions = jsonencode([", 'container_definitions = "${jsonencode(['),
        "unread",
        "cannot parse this file",
    ),
    "an inline skip": (
        edit("network_mode", '# checkov:skip=CKV_AWS_336: no time\nnetwork_mode = "awsvpc"'),
        "skip",
        "inline skips are refused",
    ),
    "a skip inside a tag": (
        edit("ManagedBy", 'ManagedBy = "checkov:skip=CKV_AWS_336:no time"', "provider.aws"),
        "skip",
        "inline skips are refused",
    ),
    "a skip in the spelling of another product": (
        append("# bridgecrew:skip=CKV_AWS_336\n"),
        "skip",
        "inline skips are refused",
    ),
    "a resource that cdktf did not count": (
        append('resource "aws_kms_alias" "more" {\n  name = "alias/more"\n}\n'),
        "unread",
        "aws_kms_alias.more was judged but is not in metadata.json",
    ),
    "a resource that only cdktf counts": (
        metadata(lambda document: document["resource"].update({"aws_lb": {"alb": {}, "more": {}}})),
        "unread",
        "aws_lb.more is in metadata.json but was not judged",
    ),
    "a stack that only the manifest names": (
        manifest(lambda stacks: stacks.update({"x": {"synthesizedStackPath": "x/cdk.tf"}})),
        "unread",
        "in the manifest, but not judged",
    ),
    "a stack that the manifest does not name": (
        manifest(lambda stacks: stacks.pop(CONNECTOR)),
        "unread",
        "judged, but not in the manifest",
    ),
    "a stack without cdktf's count": (
        remove(f"{CONNECTOR}/metadata.json"),
        "unread",
        "metadata.json, cdktf's count, is missing",
    ),
    "a count that cannot be read": (
        write(f"{CONNECTOR}/metadata.json", '{"resource": 3}'),
        "unread",
        "metadata.json cannot be read",
    ),
    "a root without a manifest": (
        remove("manifest.json"),
        "unread",
        "manifest.json, the list of stacks, is missing",
    ),
    "a manifest without stacks": (
        write("manifest.json", "{}"),
        "unread",
        "not a manifest of cdktf",
    ),
    "Terraform in JSON": (add_file("more.tf.json", "{}"), "unread", "does not read it"),
    "values of variables": (add_file("x.auto.tfvars", 'a = "b"\n'), "unread", "does not read it"),
    "an override of a resource": (
        add_file("x_override.tf", 'resource "aws_lb" "alb" {\n  internal = false\n}\n'),
        "unread",
        "an override file",
    ),
    "the same resource twice": (
        add_file("more.tf", 'resource "aws_lb" "alb" {\n  internal = true\n}\n'),
        "unread",
        "aws_lb.alb is written more than once",
    ),
    "a module": (
        append('module "m" {\n  source = "./m"\n}\n'),
        "unread",
        "resources of a module are not read",
    ),
    "an indented module": (
        append('  module "m" {\n  source = "./m"\n}\n'),
        "unread",
        "resources of a module are not read",
    ),
    "a module without quotes": (
        append('module m {\n  source = "./m"\n}\n'),
        "unread",
        "resources of a module are not read",
    ),
    "an ephemeral block": (
        append('ephemeral "aws_secretsmanager_secret_version" "x" {\n  secret_id = "a"\n}\n'),
        "unread",
        "blocks of kind ephemeral are not read",
    ),
    "a check that reads": (
        append('check "c" {\n  data "aws_lb" "o" {\n    name = "x"\n  }\n}\n'),
        "unread",
        "the lookup inside a check is not judged",
    ),
    "a program that runs when a resource is forgotten": (
        append(
            "removed {\n  from = aws_lb.gone\n  lifecycle {\n    destroy = true\n  }\n"
            '  provisioner "local-exec" {\n    when    = destroy\n    command = "true"\n  }\n}\n'
        ),
        "unread",
        "a provisioner runs a program",
    ),
    "a second provider, in another account": (
        append(
            'provider "aws" {\n  alias = "o"\n  region = "eu-west-1"\n'
            '  allowed_account_ids = ["222222222222"]\n}\n'
        ),
        "unread",
        "another provider may reach another account",
    ),
    "the provider by another name": (
        append('provider "other" {\n  region = "eu-west-1"\n}\n'),
        "unread",
        "another provider may reach another account",
    ),
    "a resource of another provider": (
        edit("internal", "provider = aws.o\ninternal = true", "aws_lb.alb"),
        "unread",
        "provider may name another account",
    ),
    "a role of another account": (
        edit(
            "region",
            'region = "eu-west-1"\nassume_role {\n'
            'role_arn = "arn:aws:iam::222222222222:role/admin"\n}',
            "provider.aws",
        ),
        "unread",
        "assume_role uses the role arn:aws:iam::222222222222:role/admin",
    ),
    "a resource created several times": (
        edit("network_mode", 'count = 2\nnetwork_mode = "awsvpc"'),
        "unread",
        "count creates resources",
    ),
    "a dynamic block": (
        edit(
            "volume {",
            'dynamic "volume" {\nfor_each = var.volumes\ncontent {\nname = "x"\n}\n}\nvolume {',
        ),
        "unread",
        "dynamic creates nested blocks",
    ),
    "a dynamic statement in a policy document": (
        append(
            document(
                'dynamic "statement" {\nfor_each = ["*"]\ncontent {\nactions = ["*"]\n'
                'resources = ["*"]\n}\n}'
            )
        ),
        "unread",
        "dynamic creates nested blocks",
    ),
    "a dynamic block inside another": (
        append(
            document(
                'statement {\nactions = ["kms:Decrypt"]\ndynamic "condition" {\nfor_each = []\n'
                'content {\ntest = "Null"\n}\n}\n}'
            )
        ),
        "unread",
        "dynamic creates nested blocks",
    ),
    "a policy document from a variable": (
        append(document('statement {\nactions = ["kms:Decrypt"]\nresources = [var.r]\n}')),
        "unread",
        "statement depends on var.r",
    ),
    "a policy document for each of several resources": (
        append(
            document(
                'for_each = toset(["*"])\nstatement {\nactions = ["kms:Decrypt"]\n'
                "resources = [each.value]\n}"
            )
        ),
        "unread",
        "statement depends on each.value",
    ),
    "a lookup of a name among existing ones": (
        append(
            'data "aws_vpc" "x" {\nfor_each = toset(concat(data.aws_vpc.vpc[*].id, ["a"]))\n'
            "tags = { Name = each.value }\n}\n"
        ),
        "unread",
        "tags depends on each.value",
    ),
    "a lookup of several names": (
        append('data "aws_vpc" "x" {\nfor_each = toset(["a"])\ntags = { Name = each.value }\n}\n'),
        "unread",
        "tags depends on each.value",
    ),
    "a type of resource that no rule judges": (
        append('resource "aws_db_instance" "open" {\n  publicly_accessible = true\n}\n'),
        "unread",
        "no rule judges aws_db_instance",
    ),
    "a program that runs while Terraform plans": (
        append('data "external" "x" {\n  program = ["sh"]\n}\n'),
        "unread",
        "the gate does not read external",
    ),
    "a program that runs while Terraform applies": (
        edit(
            "internal",
            'provisioner "local-exec" {\ncommand = "true"\n}\ninternal = true',
            "aws_lb.alb",
        ),
        "unread",
        "a provisioner runs a program",
    ),
    "a setting from a variable": (
        edit("internal", "internal = var.internal", "aws_lb.alb"),
        "unread",
        "internal depends on var.internal",
    ),
    "a setting from an expression": (
        edit("internal", 'internal = var.environment == "test" ? true : false', "aws_lb.alb"),
        "unread",
        "internal holds an expression",
    ),
    "what makes a check of checkov crash": (
        append(
            'resource "aws_lb_listener" "odd" {\n  protocol = "HTTP"\n\n'
            '  default_action {\n    target_group_arn = "arn"\n  }\n}\n'
        ),
        "unread",
        "Failed to run check CKV_AWS_2 ",
    ),
    "a container's setting from a variable": (
        edit("readonlyRootFilesystem", "readonlyRootFilesystem = var.read_only"),
        "unread",
        "container_definitions depends on var.read_only",
    ),
}


PASSES: dict[str, str] = {
    "a resource that moved": "moved {\n  from = aws_lb.old\n  to   = aws_lb.alb\n}\n",
    "a forgotten resource": "removed {\n  from = aws_lb.gone\n\n"
    "  lifecycle {\n    destroy = false\n  }\n}\n",
    "a resource that is taken over": 'import {\n  to = aws_lb.alb\n  id = "arn:aws:x"\n}\n',
    "a check that only asserts": 'check "c" {\n  assert {\n    condition = aws_lb.alb.internal\n'
    '    error_message = "It is public."\n  }\n}\n',
}
"""Blocks that change no setting: the guard judges what they do in a plan."""


UNREADABLE_DOCUMENT = "a document that cannot be read"
UNREADABLE_CONTAINERS = "containers that cannot be read"
FINDINGS = {
    UNREADABLE_DOCUMENT: edit("Condition = {", 'Condition = "always"\nX = {', ROLE),
    UNREADABLE_CONTAINERS: edit(
        "container_definitions = jsonencode([", "container_definitions = jsonencode([local.first,"
    ),
}
"""Breaks that fail rules, and leave nothing unread."""


@pytest.fixture(scope="module")
def reports(both_sides: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    roots = []
    folder = tmp_path_factory.mktemp("unread")
    breaks = {
        **{name: break_ for name, (break_, _, _) in BREAKS.items()},
        **FINDINGS,
        **{name: append(text) for name, text in PASSES.items()},
    }
    for name, break_ in breaks.items():
        root = copy_stacks(both_sides, folder / name, CONNECTOR)
        break_(root)
        roots.append(root)
    return judge(roots, "--partial")


@pytest.mark.parametrize("name", BREAKS)
def test_refuses(name: str, reports: dict[str, Any]) -> None:
    _, kind, what = BREAKS[name]
    assert reports[name]["refused"]
    assert [p for p in reports[name]["problems"] if p["kind"] == kind and what in p["what"]]


@pytest.mark.parametrize("name", PASSES)
def test_lets_blocks_pass_that_change_no_setting(name: str, reports: dict[str, Any]) -> None:
    assert reports[name]["problems"] == []
    assert [f for f in reports[name]["findings"] if f["outcome"] == "failed"] == []


_CRASH = """
from types import SimpleNamespace
from policies.engine.checkov_checks import _answer

def judge(block):
    raise TypeError("a list was expected")

rule = SimpleNamespace(judge=judge)
check = SimpleNamespace(entity_path="main.tf:aws_lb:alb", rule=rule, details=[])
print(_answer(check, "resource", {}).value, *check.details)
"""


def test_a_rule_that_crashes_fails() -> None:
    run = subprocess.run(
        [str(GATE_PYTHON), "-c", _CRASH], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("FAILED cannot be judged: TypeError('a list was expected')")


def test_a_document_that_cannot_be_read_fails_every_rule_about_it(
    reports: dict[str, Any],
) -> None:
    findings = reports[UNREADABLE_DOCUMENT]["findings"]
    failed = {each["rule"] for each in findings if "cannot be read" in each["message"]}
    assert failed == {
        "federated_trust_names_its_subject",
        "roles_are_assumed_by_named_principals",
        "trust_names_the_own_account",
    }


def test_containers_that_cannot_be_read_fail_every_rule_about_containers(
    reports: dict[str, Any],
) -> None:
    findings = reports[UNREADABLE_CONTAINERS]["findings"]
    failed = {each["rule"] for each in findings if "cannot be read" in each["message"]}
    assert failed >= {
        "containers_are_not_privileged",
        "containers_cannot_write_to_their_root_file_system",
        "containers_run_as_a_user_other_than_root",
        "containers_log_to_cloudwatch",
        "containers_hold_no_secret_in_their_environment",
        "container_secrets_come_from_a_secret_store",
        "container_images_are_pinned",
        "containers_add_no_capabilities",
        "containers_stay_confined",
        "containers_use_no_devices_of_their_host",
    }
