"""What a reader must decide on stands in the first ten lines, in words, with names beside ids."""

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, Stage
from rollout.guard.verdict import judge
from rollout.review.document import ReviewDocument, review
from rollout.review.render import as_html, as_markdown
from tests.support.plans import (
    EC2,
    FARGATE,
    PLATFORM,
    Json,
    at,
    change,
    container,
    plan,
    policy,
    read,
    task_definition,
)

REGISTRY = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/publicauth"
DIGEST = "ab12cd34" * 8
CERTIFICATE = "arn:aws:acm:eu-west-1:555555555555:certificate/e17e11d6-d1bb-473f-af10-277124531952"
OTHER_CERTIFICATE = CERTIFICATE.replace("e17e11d6", "99999999")
KEY = "6c8b3f7f-5861-4dc5-95e3-b09ab985adb8"


@pytest.fixture
def sandbox(environments: dict[str, Environment]) -> Environment:
    return environments["sandbox"]


def reviewed(folder: Path, environment: Environment, *plans: Json) -> ReviewDocument:
    context = read(folder, plans, environment)
    return review(context, judge(context), None)


def first_lines(document: ReviewDocument) -> str:
    """Return the first ten lines as GitHub shows them: without the escapes of Markdown."""
    lines = as_markdown(document, rest="the page").splitlines()[:10]
    return unescape("\n".join(lines).replace("\\", ""))


def known(*resources: tuple[str, str, Json]) -> Json:
    """Return the prior state of a plan that knows these resources: address, type, values."""
    listed = [
        {
            "address": address,
            "mode": "data" if address.startswith("data.") else "managed",
            "type": type,
            "values": values,
        }
        for address, type, values in resources
    ]
    return {"values": {"root_module": {"resources": listed}}}


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            change(
                "aws_lb_listener.l",
                {"port": 443, "certificate_arn": CERTIFICATE},
                {"port": 443, "certificate_arn": OTHER_CERTIFICATE},
            ),
            "certificate/e17e11d6-d1bb-473f-af10-277124531952 (*.pymnt.internal) → "
            "acm:certificate/99999999-d1bb-473f-af10-277124531952",
        ),
        (
            change(
                "aws_lb.alb",
                {"name": "a", "subnets": ["subnet-11111111", "subnet-22222222"]},
                {"name": "a", "subnets": ["subnet-22222222", "subnet-33333333"]},
            ),
            "subnets (1 stays) subnet-11111111 (private-a, eu-west-1a) → subnet-33333333",
        ),
        (
            change("aws_lb.alb", {"security_groups": []}, {"security_groups": ["sg-11111111"]}),
            "security groups sg-11111111 (alb-sg) is new",
        ),
        (
            change("aws_lb.alb", {"security_groups": []}, {"security_groups": ["sg-22222222"]}),
            "security groups sg-22222222 (one of task-sg, base-sg) is new",
        ),
        (change("aws_lb.alb", {"vpc_id": "vpc-other"}, {"vpc_id": "vpc-11111111"}), "(main-vpc)"),
        (change("aws_kms_key.k", {"key_id": KEY}, None), f"deletes the KMS key {KEY} (alias/cde)"),
        (
            change("aws_x.y", {"zone_id": "Z11111111"}, {"zone_id": "Z22222222"}),
            "zone Z11111111 (pymnt.internal) → Z22222222",
        ),
    ],
)
def test_names_stand_beside_ids(
    sandbox: Environment, tmp_path: Path, entry: Json, says: str
) -> None:
    searched = [{"name": "group-name", "values": ["task-sg", "base-sg"]}]
    prior_state = known(
        (
            "data.aws_acm_certificate.c",
            "aws_acm_certificate",
            _id(CERTIFICATE, domain="*.pymnt.internal"),
        ),
        (
            "data.aws_subnet.s",
            "aws_subnet",
            _id("subnet-11111111", tags={"Name": "private-a"}, availability_zone="eu-west-1a"),
        ),
        (
            "data.aws_security_groups.a",
            "aws_security_groups",
            {"ids": ["sg-11111111"], "filter": [{"name": "group-name", "values": ["alb-sg"]}]},
        ),
        (
            "data.aws_security_groups.b",
            "aws_security_groups",
            {"ids": ["sg-22222222", "sg-33333333"], "filter": searched},
        ),
        ("data.aws_vpc.v", "aws_vpc", _id("vpc-11111111", tags={"Name": "main-vpc"})),
        (
            "data.aws_route53_zone.z",
            "aws_route53_zone",
            {"zone_id": "Z11111111", "name": "pymnt.internal"},
        ),
        ("aws_kms_alias.a", "aws_kms_alias", {"name": "alias/cde", "target_key_id": KEY}),
    )
    prior_state["values"]["root_module"]["resources"][-1]["mode"] = "data"
    beside = change("aws_x.z", {"a": 1}, {"a": 2})
    document = reviewed(tmp_path, sandbox, plan(EC2, entry, beside, prior_state=prior_state))
    assert says in first_lines(document)
    assert says.split(" (")[0] in as_html(document)


def _id(id: str, **values: Any) -> Json:
    return {"id": id, "arn": id, **values}


def test_a_name_that_terraform_calls_sensitive_is_not_shown(
    sandbox: Environment, tmp_path: Path
) -> None:
    prior_state = known(
        ("data.aws_vpc.v", "aws_vpc", _id("vpc-11111111", tags={"Name": "hidden-name"}))
    )
    prior_state["values"]["root_module"]["resources"][0]["sensitive_values"] = {"tags": True}
    entry = change("aws_lb.alb", {"vpc_id": "vpc-other"}, {"vpc_id": "vpc-11111111"})
    document = reviewed(tmp_path, sandbox, plan(EC2, entry, prior_state=prior_state))
    assert "vpc-11111111" in first_lines(document)
    assert "hidden-name" not in as_html(document)


def test_what_many_resources_have_in_common_is_told_once(
    sandbox: Environment, tmp_path: Path
) -> None:
    logs = [
        change(
            f"aws_cloudwatch_log_group.l{number}",
            {"name": f"log-{number}", "retention_in_days": 400},
            {"name": f"log-{number}", "retention_in_days": 7},
        )
        for number in range(30)
    ]
    gone = [
        change(f"aws_cloudwatch_metric_alarm.a{n}", {"alarm_name": f"a{n}"}, None) for n in range(5)
    ]
    document = reviewed(tmp_path, sandbox, plan(PLATFORM, *logs, *gone))
    first = first_lines(document)
    assert "deletes 5 alarms (a0, a1, a2 and 2 more)" in first
    assert "log retention 400 → 7 days (30 log groups)" in first
    assert as_markdown(document, rest="the page").count("AWS deletes logs older than 7 days") == 2


def test_the_window_of_an_alarm_is_one_sentence(sandbox: Environment, tmp_path: Path) -> None:
    def values(of: int, needed: int, seconds: int) -> Json:
        return {
            "alarm_name": "errors",
            "evaluation_periods": of,
            "datapoints_to_alarm": needed,
            "metric_query": [
                {"id": id, "metric": [{"metric_name": id, "period": seconds}]} for id in "abc"
            ],
        }

    slower = change("aws_cloudwatch_metric_alarm.a", values(5, 3, 60), values(3, 2, 900))
    first = first_lines(reviewed(tmp_path, sandbox, plan(FARGATE, slower)))
    assert (
        "alarm errors: goes off by 2 of 3 periods of 15 minutes instead of 3 of 5 periods of a "
        "minute" in first
    )
    assert "alarms" not in first


def test_a_finding_is_told_once_a_rule(sandbox: Environment, tmp_path: Path) -> None:
    fewer = [
        change(f"aws_ecs_service.s{number}", {"desired_count": 4}, {"desired_count": 2})
        for number in range(6)
    ]
    text = as_markdown(reviewed(tmp_path, sandbox, plan(EC2, *fewer)), rest="the page")
    assert text.count("**keeps-desired-count**") == 1
    assert text.count("desired\\_count from 4 to 2") == 1
    assert "**keeps-desired-count**, 6 findings" in text
    assert all(f"`aws_ecs_service.s{number}`" in text for number in range(6))


def test_a_new_member_of_a_set_moves_no_other(sandbox: Environment, tmp_path: Path) -> None:
    queries = [{"id": "a", "label": "x"}, {"id": "c", "label": "z"}]
    moved = [{"id": "b", "label": "new"}, {"id": "a", "label": "x"}]
    entry = change("aws_x.y", {"query": queries}, {"query": moved})
    (resource,) = reviewed(tmp_path, sandbox, plan(EC2, entry)).stacks[0].changed
    assert [(line.before, line.after) for line in resource.lines] == [("c", "b"), ("z", "new")]


def release(stack: str) -> Json:
    after = container(image=f"{REGISTRY}:8-release")
    service = change(
        "aws_ecs_service.service",
        {"task_definition": "arn:a:1", "name": "publicauth"},
        {"name": "publicauth"},
        unknown={"task_definition": True},
    )
    task = task_definition([container()], [after])
    if stack == FARGATE:
        for values in (task["change"]["before"], task["change"]["after"]):
            values["family"] += "_FG"
    document = plan(stack, task, service)
    document["configuration"]["root_module"]["resources"].append(
        {
            "address": "aws_ecs_service.service",
            "expressions": {
                "task_definition": {"references": ["aws_ecs_task_definition.task.arn"]}
            },
        }
    )
    return document


def screen_lines(text: str, columns: int) -> int:
    """Return how many lines a terminal of this width shows."""
    return sum(max(1, -(-len(line) // columns)) for line in text.splitlines())


def test_a_release_on_both_sides_fits_a_screen(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(tmp_path, sandbox, release(EC2), release(FARGATE))
    text = as_markdown(document, rest="the page")
    assert text.startswith(
        "## publicauth, sandbox: EC2 side and Fargate side: publicauth 7-release → 8-release\n"
    )
    assert screen_lines(text, columns=100) <= 30
    assert screen_lines(text, columns=80) <= 35
    assert "known after apply)" not in text
    # What both do stands once.
    assert f"`{EC2}`, `{FARGATE}`: 1 changed in place, 1 new revision" in text
    assert text.count("container `publicauth`") == 1


def narrowed() -> Json:
    """A right that a side loses."""
    values = [
        {
            "name": "execution-policy",
            "policy": policy({"Action": ["ecr:GetAuthorizationToken", *more], "Resource": "*"}),
        }
        for more in (["ecr:BatchGetImage"], [])
    ]
    return change("aws_iam_role_policy.execution_policy", *values)


def test_a_release_with_a_refusal_fits_a_screen(sandbox: Environment, tmp_path: Path) -> None:
    bad = release(FARGATE)
    targets = change(
        "aws_lb_target_group.targets",
        {"name": "targets", "deregistration_delay": "40"},
        {"name": "targets", "deregistration_delay": "5"},
    )
    bad["resource_changes"].append(targets)
    document = reviewed(tmp_path, at(sandbox, Stage.CANARY), release(EC2), bad)
    text = as_markdown(document, rest="the page")
    assert "deregistration delay 40 → 5" in first_lines(document)
    assert "### Refused by the guard" in text
    assert screen_lines(text, columns=100) <= 45


def test_why_a_stack_matters_is_told_once(sandbox: Environment, tmp_path: Path) -> None:
    spoiled = task_definition(
        [container(stopTimeout=40)], [container(stopTimeout=2, command=["migrate"])]
    )
    document = reviewed(tmp_path, at(sandbox, Stage.CANARY), plan(FARGATE, spoiled))
    why = "publicauth is at canary, where its fargate side can receive traffic"
    for page in (as_markdown(document, rest="the page"), as_html(document)):
        assert page.count(why) == 1
    assert as_markdown(document, rest="x").count("*To do:*") == 1


def test_a_right_that_changes_with_an_image_needs_a_revert(
    sandbox: Environment, tmp_path: Path
) -> None:
    plain, more = release(EC2), release(FARGATE)
    more["resource_changes"].append(narrowed())
    text = as_markdown(reviewed(tmp_path, sandbox, plain, more), rest="the page")
    commands = text.partition("```sh\n")[2].splitlines()
    assert commands[0] == "git revert COMMIT"
    assert sum("cdktf deploy" in line for line in commands) == 2


NO_WAY_BACK = {
    "what it encrypted is unreadable": change("aws_kms_key.k", {"key_id": KEY}, None),
    "loses its data": change("aws_db_instance.d", {"identifier": "d"}, None),
    "loses its logs": change("aws_cloudwatch_log_group.l", {"name": "l"}, None),
    "AWS deletes logs older than 7 days: l": change(
        "aws_cloudwatch_log_group.l",
        {"name": "l", "retention_in_days": 400},
        {"name": "l", "retention_in_days": 7},
    ),
    "Import it again, with an `import` block and the id arn:t": change(
        "aws_sns_topic.t", {"name": "t", "id": "arn:t"}, None, actions=["forget"]
    ),
    "with other ids and ARNs: load balancer a": change(
        "aws_lb.alb", {"name": "a"}, {"name": "b"}, actions=["delete", "create"]
    ),
    "destroys what was imported: load balancer a": change(
        "aws_lb.alb", {"name": "a"}, {"name": "a", "x": 1}, importing={"id": "arn:a"}
    ),
}


@pytest.mark.parametrize("says", NO_WAY_BACK)
def test_says_on_top_what_has_no_way_back(sandbox: Environment, tmp_path: Path, says: str) -> None:
    beside = change("aws_x.y", {"a": 1}, {"a": 2})
    document = reviewed(tmp_path, sandbox, plan(PLATFORM, NO_WAY_BACK[says], beside))
    assert "- No way back: " in first_lines(document)
    assert says in first_lines(document)
    rollback = as_markdown(document, rest="the page").partition("### How to roll back")[2]
    assert says in rollback.replace("\\", "")


def test_a_change_that_can_be_reverted_has_a_way_back(sandbox: Environment, tmp_path: Path) -> None:
    longer = change(
        "aws_cloudwatch_log_group.l", {"retention_in_days": 7}, {"retention_in_days": 400}
    )
    settings = change("aws_s3_bucket_versioning.v", {"bucket": "b", "x": 1}, {"bucket": "b"})
    document = reviewed(
        tmp_path, sandbox, plan(PLATFORM, longer, settings, release(EC2)["resource_changes"][0])
    )
    assert document.lost == ()
    assert "No way back" not in as_html(document)


def test_a_digest_and_a_policy_of_tls_are_no_secrets(sandbox: Environment, tmp_path: Path) -> None:
    image = f"{REGISTRY}@sha256:{DIGEST}"
    entry = task_definition([container()], [container(image=image)])
    text = as_markdown(reviewed(tmp_path, sandbox, plan(EC2, entry)), rest="the page")
    assert f"`sha256:{DIGEST}`" in text
    secret = task_definition(
        [container()], [container(image=f"AKIAIOSFODNN7EXAMPLE@sha256:{DIGEST}")]
    )
    assert "AKIAIOSFODNN7EXAMPLE" not in json.dumps(
        as_html(reviewed(tmp_path, sandbox, plan(EC2, secret)))
    )
