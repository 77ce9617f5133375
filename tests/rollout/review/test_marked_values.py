"""No review and no finding shows what Terraform marks as sensitive."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pay.model import Environment, Side, Stage
from rollout.guard.report import as_data, print_verdict
from rollout.guard.rule import Context
from rollout.guard.verdict import GuardVerdict, judge
from rollout.review.document import review
from rollout.review.render import as_html, as_markdown
from tests.support.plans import (
    EC2,
    TRAFFIC,
    Json,
    at,
    change,
    container,
    plan,
    policy,
    read,
    record,
    task_definition,
)
from tests.support.review_pages import pages


@pytest.fixture(scope="session")
def sandbox(environments: dict[str, Environment]) -> Environment:
    return at(environments["sandbox"], Stage.QUARTER)


HIDDEN = "plain-hidden-word"
"""Nothing gives it away but Terraform's mark."""


def _policy_of(key: str, before: str, after: str, **more: Any) -> Json:
    """A policy under `key` of whatever has one there."""
    address = {"policy": "aws_iam_role_policy.p", "assume_role_policy": "aws_iam_role.r"}[key]
    marks = more or {"after_sensitive": {key: True}}
    return change(address, {"role": "r", key: before}, {"role": "r", key: after}, **marks)


def sensitive() -> dict[str, tuple[str, str, Json]]:
    """A stack, a rule, and a change that the rule refuses and would quote a marked value of."""
    arn = f"arn:aws:iam::999999999999:role/{HIDDEN}"
    trusts = {"Action": "sts:AssumeRole", "Principal": {"AWS": arn}}
    reads = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{HIDDEN}"}
    opaque = {
        "NotAction": "iam:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:userid": HIDDEN}},
    }
    containers = {"after_sensitive": {"container_definitions": True}}
    hidden = record(Side.EC2, 75, set_identifier=HIDDEN)
    return {
        "a policy": (EC2, "widens-no-iam-statement", _policy_of("policy", policy(), policy(reads))),
        "trust": (
            EC2,
            "widens-no-iam-statement",
            _policy_of("assume_role_policy", policy(), policy(trusts)),
        ),
        "a condition": (
            EC2,
            "widens-no-iam-statement",
            _policy_of("policy", policy(), policy(opaque)),
        ),
        "a policy before": (
            EC2,
            "widens-no-iam-statement",
            _policy_of(
                "policy",
                policy(reads, {**reads, "Effect": "Deny"}),
                policy(reads),
                before_sensitive={"policy": True},
            ),
        ),
        "an image": (
            EC2,
            "pins-every-image",
            task_definition([container()], [container(image=HIDDEN)], **containers),
        ),
        "the name of a container": (
            EC2,
            "writes-no-secret-in-plain-text",
            task_definition(
                [container()],
                [container(HIDDEN, environment=[{"name": "PASSWORD", "value": "x1y"}])],
                **containers,
            ),
        ),
        "a role": (
            EC2,
            "runs-under-its-own-role",
            change(
                "aws_ecs_task_definition.task",
                {"task_role_arn": ""},
                {"task_role_arn": HIDDEN},
                after_sensitive={"task_role_arn": True},
            ),
        ),
        "a set identifier": (
            TRAFFIC,
            "moves-one-service",
            change(
                "aws_route53_record.ec2",
                record(Side.EC2, 75),
                hidden,
                after_sensitive={"set_identifier": True},
            ),
        ),
        "a record that goes": (
            TRAFFIC,
            "keeps-names-answered",
            change("aws_route53_record.ec2", hidden, None, before_sensitive=True),
        ),
        "a number": (
            EC2,
            "keeps-desired-count",
            change(
                "aws_ecs_service.s",
                {"desired_count": 987654},
                {"desired_count": 1},
                after_sensitive={"desired_count": True},
            ),
        ),
    }


@pytest.mark.parametrize("what", sensitive())
def test_no_finding_quotes_what_terraform_calls_sensitive(
    sandbox: Environment, tmp_path: Path, what: str
) -> None:
    stack, rule, entry = sensitive()[what]
    context = read(tmp_path, [plan(stack, entry)], sandbox)
    verdict = judge(context)
    assert rule in {refusal.rule for refusal in verdict.refused}
    document = review(context, verdict, None)
    pages = as_markdown(document, rest="the page"), as_html(document)
    for text in (*pages, json.dumps(as_data(context, verdict)), _printed(context, verdict)):
        assert rule in text.replace("\\", "")
        assert HIDDEN not in text
        assert "987654" not in text


def test_no_finding_about_a_record_quotes_a_sensitive_one_of_its_name(sandbox: Environment) -> None:
    both = [
        change(
            "aws_route53_record.ec2",
            record(Side.EC2, 75),
            record(Side.EC2, 0, set_identifier=HIDDEN),
            after_sensitive={"set_identifier": True},
        ),
        change("aws_route53_record.fargate", record(Side.FARGATE, 25), record(Side.FARGATE, 0)),
    ]
    for page in pages(sandbox, plan(TRAFFIC, *both)):
        assert "never-weighs-all-zero" in page.replace("\\", "")
        assert HIDDEN not in page


def test_the_way_back_holds_nothing_that_is_marked_as_sensitive(sandbox: Environment) -> None:
    entry = change(
        "aws_route53_record.ec2",
        record(Side.EC2, 75, set_identifier=HIDDEN),
        record(Side.EC2, 50, set_identifier=HIDDEN),
        before_sensitive={"set_identifier": True},
    )
    for page in pages(sandbox, plan(TRAFFIC, entry)):
        assert HIDDEN not in page


def test_what_is_not_marked_is_quoted(sandbox: Environment) -> None:
    entry = task_definition([container()], [container(image=HIDDEN)], after_sensitive={})
    for page in pages(sandbox, plan(EC2, entry)):
        assert f"runs &#39;{HIDDEN}&#39;" in page or f"runs '{HIDDEN}'" in page


def _printed(context: Context, verdict: GuardVerdict) -> str:
    """What `pay guard` writes on the terminal."""
    out = Console(file=StringIO(), width=10_000)
    print_verdict(out, context, verdict)
    return str(out.file.getvalue())  # type: ignore[attr-defined]
