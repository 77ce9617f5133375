"""What a statement's principals and conditions really limit."""

from pathlib import Path

import pytest

from pay.unread import Unread
from policies.checks.iam import attached_policies_are_written_in_the_stack as attached
from policies.checks.iam import federated_trust_names_its_subject as federated
from policies.checks.iam import resource_policies_do_not_speak_to_everybody as everybody
from policies.checks.iam import resource_policies_name_the_own_account as foreign
from policies.checks.iam import roles_get_their_rights_from_policies_of_their_own as own
from policies.checks.iam import trust_names_the_own_account as trust
from policies.engine.documents import statements
from policies.reading.stack import Block, SynthesisedStack
from tests.policies.blocks import block


def topic_policy(**condition: object) -> Block:
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish"}
    document = {"Statement": [{**statement, "Resource": "*", "Condition": condition}]}
    return block("aws_sns_topic_policy", {"policy": document})


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnLike", "aws:SourceArn", "*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:cloudwatch:*:*:*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
        ("StringNotEquals", "aws:SourceAccount", "111111111111"),
        ("StringEqualsIfExists", "aws:SourceAccount", "111111111111"),
        ("ForAllValues:StringEquals", "aws:SourceAccount", "111111111111"),
        ("Bool", "aws:SecureTransport", "true"),
        ("StringLike", "aws:PrincipalOrgID", ["o-1234567890", "*"]),
        ("StringLike", "aws:PrincipalOrgID", "o-*"),
        ("StringLike", "aws:SourceAccount", "*"),
        ("StringLike", "aws:SourceAccount", "1111*"),
        ("ArnLikeIfExists", "aws:SourceArn", "arn:aws:s3:::pay-logs"),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::pay-logs"),
        ("ForAnyValue:StringEquals", "aws:PrincipalAccount", "111111111111"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*"),
        ("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1234567890/*"),
        ("Null", "aws:SourceAccount", "false"),
        ("StringEquals", "aws:SourceVpc", "vpc-0123456789abcdef0"),
        ("StringEquals", "aws:SourceVpce", "vpce-0123456789abcdef0"),
        ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
        ("IpAddress", "aws:SourceIp", "198.51.100.0/24"),
        ("StringEquals", "aws:ResourceTag/Environment", "production"),
        ("Bool", "aws:PrincipalIsAWSService", "false"),
        ("StringEquals", "kms:ViaService", "sqs.eu-west-1.amazonaws.com"),
    ],
)
def test_a_condition_that_lets_anybody_through_limits_nobody(
    operator: str, key: str, value: object
) -> None:
    assert everybody.judge(topic_policy(**{operator: {key: value}}))


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnLike", "aws:SourceArn", "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:*"),
        ("ArnLike", "AWS:SourceArn", "arn:aws:s3:::pay-production-2-logs"),
        ("StringEquals", "aws:SourceAccount", "111111111111"),
        ("StringEquals", "aws:PrincipalOrgID", "o-1234567890"),
        ("StringEquals", "AWS:SourceOwner", "111111111111"),
        ("StringEquals", "kms:CallerAccount", "111111111111"),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1234567890/r-1/ou-1/*"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111111111111:role/production-2-*"),
    ],
)
def test_a_condition_that_names_somebody_is_enough(operator: str, key: str, value: str) -> None:
    assert everybody.judge(topic_policy(**{operator: {key: value}})) == []


def test_a_topic_says_to_whom_it_speaks_in_its_own_policy_too() -> None:
    (statement,) = topic_policy().conf["policy"][0]["Statement"]
    topic = block("aws_sns_topic", {"name": "t", "policy": {"Statement": [statement]}})
    assert everybody.judge(topic)
    assert everybody.judge(block("aws_sns_topic", {"name": "t"})) is None


def test_a_network_beside_an_account_is_enough() -> None:
    tests = {"aws:SourceVpc": "vpc-0123456789abcdef0", "aws:PrincipalAccount": "111111111111"}
    assert everybody.judge(topic_policy(StringEquals=tests)) == []


TYPES = ("aws_kms_key", "aws_kms_key_policy", "aws_sqs_queue", "aws_secretsmanager_secret_policy")


def policy_of(type_: str, principal: object, **more: object) -> Block:
    within = SynthesisedStack("production-2-platform", Path())
    within.allowed_account_ids = ("111111111111",)
    within.add({"data": [{"aws_elb_service_account": {"main": {}}}]})
    statement = {"Effect": "Allow", "Principal": principal, "Action": "a:B", "Resource": "*"}
    document = {"Statement": [{**statement, **more}]}
    return block(type_, {"policy": document}, of=within)


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ({"AWS": "arn:aws:iam::999999999999:root"}, {}),
        ({"AWS": ["111111111111", "999999999999"]}, {}),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalAccount": "999999999999"}}),
        ("*", {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:999999999999:t"}}),
        ({"Service": "sns.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": "999999999999"}}),
        ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, {}),
        ({"Federated": "accounts.google.com"}, {}),
    ],
)
def test_refuses_a_resource_open_to_another_account(
    type_: str, principal: object, condition: object
) -> None:
    assert foreign.judge(policy_of(type_, principal, Condition=condition))


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize(
    ("principal", "condition"),
    [
        ({"AWS": "arn:aws:iam::111111111111:root"}, {}),
        ({"AWS": "data.aws_elb_service_account.main.arn"}, {}),
        ({"Service": "logs.eu-west-1.amazonaws.com"}, {}),
        ("*", {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::pay-logs"}}),
        ({"AWS": "*"}, {"StringEquals": {"aws:PrincipalAccount": "111111111111"}}),
    ],
)
def test_accepts_a_resource_open_to_the_own_account(
    type_: str, principal: object, condition: object
) -> None:
    assert foreign.judge(policy_of(type_, principal, Condition=condition)) == []


def role(principal: dict[str, str], *, from_plan: bool = False, **more: object) -> Block:
    stack = SynthesisedStack("production-2-connector-fargate", Path(), from_plan=from_plan)
    stack.allowed_account_ids = ("111111111111",)
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    document = {"Statement": [statement]}
    return block("aws_iam_role", {"assume_role_policy": document}, of=stack)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::999999999999:role/evil"},
        {"AWS": "999999999999"},
        {"AWS": "arn:aws:iam::*:role/evil"},
        {"Federated": "accounts.google.com"},
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
    ],
)
def test_refuses_trust_in_anybody_outside_the_account(principal: dict[str, str]) -> None:
    assert trust.judge(role(principal))


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111111111111:role/deployer"},
        {"AWS": "arn:aws:iam::${data.aws_caller_identity.this.account_id}:role/deployer"},
        {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.example"},
        {"Service": "ec2.amazonaws.com"},
    ],
)
def test_accepts_trust_in_the_own_account(principal: dict[str, str]) -> None:
    assert trust.judge(role(principal)) == []


def test_trust_in_a_service_that_acts_for_others_needs_the_own_account_as_its_source() -> None:
    tasks = {"Service": "ecs-tasks.amazonaws.com"}

    def source(value: str) -> dict[str, dict[str, str]]:
        return {"StringEquals": {"aws:SourceAccount": value}}

    assert trust.judge(role(tasks, Condition=source("999999999999")))
    assert trust.judge(role(tasks, Condition=source("111111111111"))) == []


GITHUB = {
    "Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
}
SUB = "token.actions.githubusercontent.com:sub"
AUD = "token.actions.githubusercontent.com:aud"
SAML = {"Federated": "arn:aws:iam::111111111111:saml-provider/staff"}


@pytest.mark.parametrize(
    ("provider", "condition"),
    [
        (GITHUB, {}),
        (GITHUB, {"StringEquals": {AUD: "sts.amazonaws.com"}}),
        (GITHUB, {"StringLike": {SUB: "*"}}),
        (GITHUB, {"StringLike": {SUB: "repo:*"}}),
        (GITHUB, {"StringLike": {SUB: "repo:org/*"}}),
        (GITHUB, {"StringLike": {SUB: "repo:org/pay-*:ref:refs/heads/main"}}),
        (GITHUB, {"StringLike": {SUB: "repo:*/pay:ref:refs/heads/main"}}),
        (GITHUB, {"StringLike": {SUB: "repo:org/pay*"}}),
        (GITHUB, {"StringLike": {SUB: ["repo:org/pay:ref:refs/heads/main", "repo:org/*"]}}),
        (GITHUB, {"StringLike": {SUB: "*:ref:refs/heads/main"}}),
        (GITHUB, {"StringLike": {SUB: "?epo:org/pay:environment:production"}}),
        (GITHUB, {"StringEqualsIfExists": {SUB: "repo:org/pay:ref:refs/heads/main"}}),
        (GITHUB, {"ForAllValues:StringLike": {SUB: "repo:org/pay:*"}}),
        (GITHUB, {"ForAnyValue:StringLike": {SUB: "repo:org/pay:*"}}),
        (GITHUB, {"StringNotEquals": {SUB: "repo:org/other:ref:refs/heads/main"}}),
        (GITHUB, {"Null": {SUB: "false"}}),
        (GITHUB, {"StringEquals": {SUB: []}}),
        (GITHUB, {"StringEquals": {SUB: ""}}),
        (GITHUB, {"StringLike": {"gitlab.com:sub": "project_path:group/*"}}),
        (GITHUB, {"StringLike": {"eks:sub": "system:serviceaccount:*:deployer"}}),
        (GITHUB, {"StringLike": {"app.terraform.io:sub": "organization:pay:*"}}),
        (SAML, {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}),
        (SAML, {"StringLike": {"SAML:sub": "*"}}),
        (SAML, {"StringEquals": {SUB: "repo:org/pay:ref:refs/heads/main"}}),
    ],
)
def test_refuses_federated_trust_that_names_nobody(
    provider: dict[str, str], condition: object
) -> None:
    assert federated.judge(role(provider, Condition=condition))


@pytest.mark.parametrize(
    ("provider", "condition"),
    [
        (GITHUB, {"StringEquals": {AUD: "a", SUB: "repo:org/pay:ref:refs/heads/main"}}),
        (GITHUB, {"StringLike": {SUB: "repo:org/pay:*"}, "StringEquals": {AUD: "a"}}),
        (GITHUB, {"StringLike": {SUB: "repo:org/pay:environment:production"}}),
        (
            GITHUB,
            {"StringLike": {"gitlab.com:sub": "project_path:group/pay:ref_type:branch:ref:*"}},
        ),
        (GITHUB, {"StringEquals": {"eks:sub": "system:serviceaccount:pay:deployer"}}),
        (SAML, {"StringEquals": {"SAML:sub": "deployer@example.org"}}),
        ({"Service": "ec2.amazonaws.com"}, {}),
    ],
)
def test_accepts_federated_trust_that_names_somebody(
    provider: dict[str, str], condition: object
) -> None:
    assert federated.judge(role(provider, Condition=condition)) == []


def test_a_plan_shows_the_inline_policies_that_aws_has_and_they_are_no_finding() -> None:
    planned = role({"Service": "ec2.amazonaws.com"}, from_plan=True)
    planned.conf["inline_policy"] = [{"name": ["ecs-agent"], "policy": ["{}"]}]
    assert own.judge(planned) is None


@pytest.mark.parametrize(
    "policy",
    [
        "arn:aws:iam::aws:policy/PowerUserAccess",
        "arn:aws:iam::111111111111:policy/old",
        "data.aws_iam_policy.power_user.arn",
        None,
    ],
)
def test_refuses_to_attach_what_it_has_not_read(policy: str | None) -> None:
    assert attached.judge(block("aws_iam_role_policy_attachment", {"policy_arn": policy}))


def documents(**bodies: dict[str, object]) -> Block:
    """Return a policy of the document `top`, in a stack with all of the documents."""
    within = SynthesisedStack("production-2-connector-fargate", Path())
    blocks = {name: {key: [value] for key, value in body.items()} for name, body in bodies.items()}
    within.add({"data": [{"aws_iam_policy_document": blocks}]})
    reference = "data.aws_iam_policy_document.top.json"
    return block("aws_iam_policy", {"policy": reference}, of=within)


def reads(sid: str, action: str, effect: str = "Allow") -> dict[str, list[object]]:
    listed = {"sid": sid, "effect": effect, "actions": [action], "resources": ["arn:aws:s3:::a"]}
    return {key: [value] for key, value in listed.items()}


def test_a_document_takes_in_others_as_the_provider_merges_them() -> None:
    policy = documents(
        inner={"statement": reads("a", "s3:GetObject", "Deny")},
        top={
            "source_policy_documents": ["data.aws_iam_policy_document.inner.json"],
            "statement": reads("a", "s3:PutObject"),
            "override_policy_documents": [
                '{"Statement": {"Sid": "b", "Effect": "Allow", "Action": "s3:ListBucket"}}'
            ],
        },
    )
    assert [(each.sid, each.effect, each.actions) for each in statements(policy, "policy")] == [
        ("a", "Allow", ("s3:PutObject",)),
        ("b", "Allow", ("s3:ListBucket",)),
    ]


@pytest.mark.parametrize("key", ["source_policy_documents", "override_policy_documents"])
@pytest.mark.parametrize(
    "taken_in",
    [
        "data.aws_iam_policy_document.top.json",
        "data.aws_iam_policy_document.other.json",
        '${file("policy.json")}',
        "var.policy",
        "{}",
    ],
)
def test_a_document_that_takes_in_what_cannot_be_read_is_not_read(key: str, taken_in: str) -> None:
    with pytest.raises(Unread):
        statements(documents(top={key: [taken_in]}), "policy")


@pytest.mark.parametrize(
    ("negation", "held", "element"),
    [
        ("not_actions", ["iam:*"], "NotAction"),
        ("not_resources", ["*"], "NotResource"),
        (
            "not_principals",
            {"type": ["AWS"], "identifiers": [["arn:aws:iam::111111111111:root"]]},
            "NotPrincipal",
        ),
    ],
)
def test_a_statement_that_allows_by_leaving_out_is_not_read(
    negation: str, held: object, element: str
) -> None:
    statement = {"actions": [["sns:Publish"]], "resources": [["*"]], negation: [held]}
    document = block("aws_iam_policy_document", {"statement": statement}, kind="data")
    topic = block(
        "aws_sns_topic_policy",
        {"policy": "data.aws_iam_policy_document.this.json"},
        of=document.stack,
    )
    with pytest.raises(Unread, match=f"allows by {element}"):
        statements(topic, "policy")
