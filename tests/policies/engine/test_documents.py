"""What a statement's principals and conditions really limit."""

from pathlib import Path

import pytest

from pay.unread import Unread
from policies.checks.iam import attached_policies_are_written_in_the_stack as attached
from policies.checks.iam import resource_policies_do_not_speak_to_everybody as everybody
from policies.checks.iam import roles_get_their_rights_from_policies_of_their_own as own
from policies.checks.iam import trust_names_the_own_account as trust
from policies.engine.documents import statements
from policies.engine.stack import Block, Stack
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
    ],
)
def test_a_condition_that_names_somebody_is_enough(operator: str, key: str, value: str) -> None:
    assert everybody.judge(topic_policy(**{operator: {key: value}})) == []


def test_a_topic_says_to_whom_it_speaks_in_its_own_policy_too() -> None:
    (statement,) = topic_policy().conf["policy"][0]["Statement"]
    topic = block("aws_sns_topic", {"name": "t", "policy": {"Statement": [statement]}})
    assert everybody.judge(topic)
    assert everybody.judge(block("aws_sns_topic", {"name": "t"})) is None


def role(principal: dict[str, str], *, from_plan: bool = False, **more: object) -> Block:
    stack = Stack("production-2-connector-fargate", Path(), from_plan=from_plan)
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


def test_a_plan_shows_the_inline_policies_that_aws_has_and_they_are_no_finding() -> None:
    planned = role({"Service": "ec2.amazonaws.com"}, from_plan=True)
    planned.conf["inline_policy"] = [{"name": ["ecs-agent"], "policy": ["{}"]}]  # type: ignore[index]
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


@pytest.mark.parametrize("key", ["source_policy_documents", "override_policy_documents"])
def test_a_document_that_takes_in_another_is_not_read(key: str) -> None:
    document = block("aws_iam_policy_document", {key: ["{}"]}, kind="data")
    policy = block(
        "aws_iam_policy",
        {"policy": "data.aws_iam_policy_document.this.json"},
        of=document.stack,
    )
    with pytest.raises(Unread, match=key):
        statements(policy, "policy")


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
