"""Every rule on policy documents, broken once in each form in which a document can be written.

A break is a resource whose policy holds one bad statement.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STACK = "production-2-connector-fargate"
HEAD = f"""provider "aws" {{
  allowed_account_ids = ["111111111111"]
  region              = "eu-west-1"

  default_tags {{
    tags = {{
      CardholderData = "inside"
      Environment    = "production-2"
      Production     = "true"
      Service        = "connector"
      Side           = "fargate"
      Stack          = "{STACK}"
    }}
  }}
}}

data "aws_vpc" "vpc" {{
  tags = {{ Name = "production-2" }}
}}

"""
"""A stack, to which breaks are added."""

Statement = Mapping[str, Any]
Form = Callable[[list[Statement], str], tuple[str, str]]
"""Returns the value of the attribute, and the blocks of a name that it leads to."""

OTHER = "999999999999"
OWN = "111111111111"
ECS = {"Service": "ecs-tasks.amazonaws.com"}
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{OWN}:secret:production-2"


def _text(statements: Sequence[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def _quoted(text: str) -> str:
    return json.dumps(text)


def _block(statement: Statement) -> str:
    """Return the `statement` block of an `aws_iam_policy_document`."""
    lines = [f"effect = {_quoted(statement['Effect'])}"]
    for element, attribute in (("Action", "actions"), ("Resource", "resources")):
        if element in statement:
            lines.append(f"{attribute} = {json.dumps(_listed(statement[element]))}")
    principal = statement.get("Principal", {})
    for kind, names in (principal if isinstance(principal, Mapping) else {"*": "*"}).items():
        names = json.dumps(_listed(names))
        lines.append(f"principals {{\ntype = {_quoted(kind)}\nidentifiers = {names}\n}}")
    for test, keys in statement.get("Condition", {}).items():
        for variable, values in keys.items():
            values = json.dumps(_listed(values))
            tested = f"test = {_quoted(test)}\nvariable = {_quoted(variable)}\nvalues = {values}"
            lines.append(f"condition {{\n{tested}\n}}")
    return "\n".join(["statement {", *lines, "}"])


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _data(name: str, *lines: str) -> str:
    return "\n".join([f'data "aws_iam_policy_document" "{name}" {{', *lines, "}", ""])


def _data_block(statements: list[Statement], name: str) -> tuple[str, str]:
    blocks = _data(name, *map(_block, statements))
    return f"data.aws_iam_policy_document.{name}.json", blocks


def _taken_in(key: str) -> Form:
    def form(statements: list[Statement], name: str) -> tuple[str, str]:
        inner = _data(f"{name}_inner", *map(_block, statements))
        outer = _data(name, f"{key} = [data.aws_iam_policy_document.{name}_inner.json]")
        return f"data.aws_iam_policy_document.{name}.json", inner + outer

    return form


def _override_of_text(statements: list[Statement], name: str) -> tuple[str, str]:
    outer = _data(name, f"override_policy_documents = [jsonencode({_text(statements)})]")
    return f"data.aws_iam_policy_document.{name}.json", outer


def _with_interpolation(statements: list[Statement], name: str) -> tuple[str, str]:
    named = [{"Sid": '${data.aws_vpc.vpc.tags["Name"]}', **each} for each in statements]
    text = _text(named).replace('\\"Name\\"', '"Name"')
    return f"<<EOT\n{text}\nEOT", ""


FORMS: Mapping[str, Form] = {
    "jsonencode": lambda statements, _: (f"jsonencode({_text(statements)})", ""),
    "a quoted string": lambda statements, _: (_quoted(_text(statements)), ""),
    "a heredoc": lambda statements, _: (f"<<EOT\n{_text(statements)}\nEOT", ""),
    "an indented heredoc": lambda statements, _: (
        f"<<-POLICY\n    {_text(statements)}\n  POLICY",
        "",
    ),
    "a heredoc with an interpolation": _with_interpolation,
    "a local": lambda statements, name: (
        f"local.{name}",
        f"locals {{\n{name} = jsonencode({_text(statements)})\n}}\n",
    ),
    "a local object": lambda statements, name: (
        f"jsonencode(local.{name})",
        f"locals {{\n{name} = {_text(statements)}\n}}\n",
    ),
    "a heredoc in a local": lambda statements, name: (
        f"local.{name}",
        f"locals {{\n{name} = <<EOT\n{_text(statements)}\nEOT\n}}\n",
    ),
    "a data source": _data_block,
    "a source of a data source": _taken_in("source_policy_documents"),
    "an override of a data source": _taken_in("override_policy_documents"),
    "an override as text": _override_of_text,
}


@dataclass(frozen=True)
class Place:
    """A kind of resource with a policy."""

    type: str
    attribute: str = "policy"
    more: str = ""
    """Its other arguments."""

    def text(self, form: Form, statements: list[Statement], name: str) -> str:
        """Return the resource of this name, and the blocks that its policy leads to."""
        value, blocks = form(statements, name)
        body = f"{self.more}\n{self.attribute} = {value}\n"
        return f'resource "{self.type}" "{name}" {{\n{body}}}\n\n{blocks}'


ROLE = Place("aws_iam_role", "assume_role_policy")
RIGHTS = Place("aws_iam_role_policy", more='role = "task"')
MANAGED = Place("aws_iam_policy")
TOPIC = Place("aws_sns_topic_policy", more='arn = "arn:aws:sns:eu-west-1:111111111111:form"')
QUEUE = Place("aws_sqs_queue_policy", more='queue_url = "https://sqs.example/form"')
SECRET_POLICY = Place("aws_secretsmanager_secret_policy", more=f'secret_arn = "{SECRET}/form"')
REPOSITORY = Place("aws_ecr_repository_policy", more='repository = "form"')
BUCKET = Place("aws_s3_bucket_policy", more='bucket = "form"')
KEY_POLICY = Place("aws_kms_key_policy", more=f'key_id = "{KEY}form"')
ENCRYPTION_KEY = Place("aws_kms_key", more="enable_key_rotation = true")
OF_RESOURCES = (TOPIC, QUEUE, SECRET_POLICY, REPOSITORY, BUCKET, KEY_POLICY, ENCRYPTION_KEY)


def allows(action: str, resource: str | None = "*", **more: Any) -> Statement:
    on = {} if resource is None else {"Resource": resource}
    return {"Effect": "Allow", "Action": action, **on, **more}


def trusts(**principal: str) -> Statement:
    return allows("sts:AssumeRole", None, Principal=principal)


SUBJECT = {"token.actions.githubusercontent.com:sub": "repo:org/infra:*"}
AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
EVERYBODY = allows("sns:Publish", Principal="*")
A_FOREIGN_ACCOUNT = allows("sns:Publish", Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})

BREAKS: tuple[tuple[str, Place, Statement], ...] = (
    ("actions_are_named_one_by_one", RIGHTS, allows("dynamodb:*", "arn:aws:dynamodb:::table/a")),
    ("decryption_names_its_keys", RIGHTS, allows("kms:Decrypt")),
    ("pass_role_names_its_roles", RIGHTS, allows("iam:PassRole")),
    ("policies_name_their_resources", RIGHTS, allows("sqs:SendMessage")),
    ("roles_cannot_weaken_the_logs", RIGHTS, allows("logs:DeleteLogGroup", "arn:aws:logs:::a:b")),
    ("secrets_are_read_by_name", RIGHTS, allows("secretsmanager:GetSecretValue")),
    (
        "services_read_no_secret_of_another",
        RIGHTS,
        allows("secretsmanager:GetSecretValue", f"{SECRET}/ledger-AbCdEf"),
    ),
    ("CKV_AWS_62", MANAGED, allows("*")),
    ("CKV_AWS_63", MANAGED, allows("*")),
    ("CKV2_AWS_40", MANAGED, allows("iam:*")),
    ("CKV_AWS_286", MANAGED, allows("iam:CreatePolicyVersion")),
    ("CKV_AWS_287", MANAGED, allows("iam:CreateAccessKey")),
    ("CKV_AWS_288", MANAGED, allows("s3:GetObject")),
    ("CKV_AWS_289", MANAGED, allows("iam:AttachRolePolicy")),
    ("CKV_AWS_290", MANAGED, allows("sqs:SendMessage")),
    ("CKV_AWS_355", MANAGED, allows("sqs:SendMessage")),
    ("roles_are_assumed_by_named_principals", ROLE, trusts(AWS=f"arn:aws:iam::{OWN}:root")),
    ("trust_names_the_own_account", ROLE, trusts(AWS=f"arn:aws:iam::{OTHER}:role/a")),
    (
        "federated_trust_names_its_subject",
        ROLE,
        {**trusts(Federated=GITHUB), "Condition": {"StringEquals": AUDIENCE}},
    ),
    ("CKV_AWS_60", ROLE, trusts(AWS="*")),
    ("CKV_AWS_61", ROLE, trusts(AWS=OWN)),
    ("CKV_AWS_33", ENCRYPTION_KEY, allows("kms:Decrypt", Principal={"AWS": "*"})),
    ("bucket_policies_refuse_plain_http", BUCKET, allows("s3:PutObject", Principal=ECS)),
    *(
        (rule, place, statement)
        for place in OF_RESOURCES
        for rule, statement in (
            ("resource_policies_do_not_speak_to_everybody", EVERYBODY),
            ("resource_policies_name_the_own_account", A_FOREIGN_ACCOUNT),
        )
    ),
)
"""Rule, place and bad statement."""

GOOD: tuple[tuple[Place, list[Statement]], ...] = (
    (RIGHTS, [allows("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{OWN}:production-2-capture")]),
    (
        ROLE,
        [{**trusts(**ECS), "Condition": {"StringEquals": {"aws:SourceAccount": OWN}}}],
    ),
    (
        ROLE,
        [
            {
                **trusts(Federated=GITHUB),
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": AUDIENCE, "StringLike": SUBJECT},
            }
        ],
    ),
    (TOPIC, [allows("sns:Publish", Principal={"AWS": f"arn:aws:iam::{OWN}:role/a"})]),
    (KEY_POLICY, [allows("kms:*", Principal={"AWS": f"arn:aws:iam::{OWN}:root"})]),
    (
        BUCKET,
        [
            {
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::form/*",
                "Principal": {"AWS": "*"},
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    ),
)
"""Policies that no rule refuses, in any form."""
