"""What the guard refuses about the instances that will start: their script and their image."""

import base64
from pathlib import Path
from typing import Any

import pytest

from pay.model import Environment, Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import PLATFORM, Json, change, everywhere, judged, plan

RULE = "starts-instances-that-take-tasks"
ADDRESS = "aws_launch_template.cde_template"
SETTINGS = {
    "ECS_CLUSTER": "sandbox-ec2",
    "ECS_INSTANCE_ATTRIBUTES": '{"segment":"cde"}',
    "ECS_AWSVPC_BLOCK_IMDS": "true",
    "ECS_CONTAINER_STOP_TIMEOUT": "2m",
}
PARAMETERS = "resolve:ssm:/aws/service/ecs/optimized-ami"
FAMILY = "amazon-linux-2023/arm64"
NEWEST = f"{PARAMETERS}/{FAMILY}/recommended/image_id"


def built(date: str, family: str = FAMILY) -> str:
    return f"{PARAMETERS}/{family}/al2023-ami-ecs-hvm-2023.0.{date}-kernel-6.1/image_id"


def script(*more: str, without: str = "", **settings: str) -> str:
    wanted = {name: value for name, value in {**SETTINGS, **settings}.items() if name != without}
    lines = [f"echo '{name}={value}' >> /etc/ecs/ecs.config" for name, value in wanted.items()]
    return base64.b64encode("\n".join(["#!/bin/sh", *lines, *more, ""]).encode()).decode()


TEMPLATE: Json = {"name": "sandbox-ec2-cde", "image_id": NEWEST, "user_data": script()}


def updated(before: Json, after: Json, **more: Any) -> Json:
    return plan(PLATFORM, change(ADDRESS, {**TEMPLATE, **before}, {**TEMPLATE, **after}, **more))


@pytest.mark.parametrize(
    ("user_data", "says"),
    [
        (script(ECS_CLUSTER="sandbox-fargate"), "join cluster sandbox-fargate, not sandbox-ec2"),
        (script(ECS_CLUSTER="production-2-ec2"), "join cluster production-2-ec2"),
        (script(without="ECS_CLUSTER"), "join cluster default"),
        (script("echo 'ECS_CLUSTER=other' >> /etc/ecs/ecs.config"), "join cluster other"),
        (script("ECS_CLUSTER=other"), "join cluster other"),
        (script(ECS_INSTANCE_ATTRIBUTES='{"segment":"general"}'), "segment = general, not cde"),
        (script(ECS_INSTANCE_ATTRIBUTES="{}"), "segment = None, not cde"),
        (script(without="ECS_INSTANCE_ATTRIBUTES"), "segment = None, not cde"),
        (script(ECS_AWSVPC_BLOCK_IMDS="false"), "ECS_AWSVPC_BLOCK_IMDS = false, not true"),
        (script(without="ECS_AWSVPC_BLOCK_IMDS"), "ECS_AWSVPC_BLOCK_IMDS = not set, not true"),
        (script(ECS_CONTAINER_STOP_TIMEOUT="90s"), "ECS_CONTAINER_STOP_TIMEOUT = 90s, not 2m"),
        (script(without="ECS_CONTAINER_STOP_TIMEOUT"), "ECS_CONTAINER_STOP_TIMEOUT = not set"),
        (script(ECS_RESERVED_MEMORY="8192"), "ECS_RESERVED_MEMORY = 8192, not not set"),
        (script("systemctl stop ecs"), "run systemctl stop ecs"),
        (script("#cloud-config"), "run #cloud-config"),
        (script("#!/bin/false"), "run #!/bin/false"),
        (script("#INCLUDE https://example.com/x"), "run #INCLUDE"),
        (base64.b64encode(b"#!/bin/sh\n").decode(), "join cluster default"),
        ("", "join cluster default"),
        ("not base 64!", "cannot be read"),
        (base64.b64encode(b"\x1f\x8b\xff").decode(), "cannot be read"),
    ],
)
def test_refuses_a_script_that_makes_instances_useless(
    refused: Judge, user_data: str, says: str
) -> None:
    refusals = refused(updated({}, {"user_data": user_data}), stage=Stage.HALF)
    assert {refusal.rule for refusal in refusals} == {RULE}
    assert any(says in refusal.finding.saw for refusal in refusals)


def test_refuses_a_script_that_does_less(refused: Judge) -> None:
    before = {"user_data": script("systemctl enable audit")}
    (refusal,) = refused(updated(before, {}), stage=Stage.HALF)
    assert "no longer run systemctl enable audit" in refusal.finding.saw


@pytest.mark.parametrize(
    "user_data",
    [
        script(ECS_CONTAINER_STOP_TIMEOUT="3m"),
        script(ECS_CONTAINER_STOP_TIMEOUT="1h2m3s"),
        script(ECS_ENABLE_CONTAINER_METADATA="true"),
        script(ECS_INSTANCE_ATTRIBUTES='{"segment":"cde","disk":"large"}'),
        script("  "),
        script("# agreed with the platform team", "#", "#one more"),
    ],
)
def test_lets_a_script_be_made_safer(refused: Judge, user_data: str) -> None:
    assert found(refused, updated({}, {"user_data": user_data}), stage=Stage.HALF) == set()


def test_a_comment_may_change_and_go(refused: Judge) -> None:
    before = {"user_data": script("# ticket 1", "  # and why")}
    for after in (script("# ticket 2"), script()):
        assert found(refused, updated(before, {"user_data": after}), stage=Stage.HALF) == set()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (NEWEST, "ami-0123456789abcdef0", "cannot be compared"),
        ("ami-0123456789abcdef0", "ami-0f9e8d7c6b5a43210", "cannot be compared"),
        (NEWEST, built("20240109"), "older, and is not renewed: 20240109"),
        (built("20240702"), built("20240109"), "older, and is not renewed: 20240109"),
        (NEWEST, NEWEST.replace("/arm64", ""), "an image for X86_64, not ARM64"),
        (NEWEST, NEWEST.replace("-2023", "-2"), "an image of amazon-linux-2, not"),
        (NEWEST, NEWEST.replace("arm64", "arm64/neuron"), "an image of amazon-linux-2023/neuron"),
        (
            built("20240109"),
            built("20240702", "amazon-linux-2/arm64"),
            "an image of amazon-linux-2,",
        ),
        (NEWEST, f"{NEWEST}:4", "cannot be compared"),
        (NEWEST, "resolve:ssm:/own/image", "cannot be compared"),
        (NEWEST, None, "cannot be compared"),
    ],
)
def test_refuses_an_image_that_may_be_worse(
    refused: Judge, before: str, after: str | None, says: str
) -> None:
    refusals = refused(updated({"image_id": before}, {"image_id": after}), stage=Stage.HALF)
    assert [refusal.rule for refusal in refusals] == [RULE]
    assert says in refusals[0].finding.saw


@pytest.mark.parametrize(
    ("before", "after"), [(built("20240109"), built("20240702")), (built("20240109"), NEWEST)]
)
def test_lets_a_newer_image_of_the_family_be_used(refused: Judge, before: str, after: str) -> None:
    plans = updated({"image_id": before}, {"image_id": after})
    assert found(refused, plans, stage=Stage.HALF) == set()


@pytest.mark.parametrize("attribute", ["image_id", "user_data"])
def test_refuses_what_is_known_only_after_apply(refused: Judge, attribute: str) -> None:
    unknown = updated({}, {attribute: None}, unknown={attribute: True})
    (refusal,) = refused(unknown, stage=Stage.HALF)
    assert (refusal.rule, "known only after apply" in refusal.finding.saw) == (RULE, True)


def test_judges_a_new_template_by_what_it_is(refused: Judge) -> None:
    for values, expected in (
        ({}, set()),
        ({"image_id": "ami-0123456789abcdef0"}, {RULE}),
        ({"user_data": script(ECS_CLUSTER="other")}, {RULE}),
    ):
        new = plan(PLATFORM, change(ADDRESS, None, {**TEMPLATE, **values}))
        assert found(refused, new, stage=Stage.HALF) == expected


def test_a_template_that_is_taken_over_has_to_become_right(refused: Judge) -> None:
    """What ran before had its own script and image; instances that run keep them."""
    before = {"image_id": "ami-0123456789abcdef0", "user_data": script(ECS_CLUSTER="old")}
    for after, expected in (({}, set()), ({"user_data": script(ECS_CLUSTER="other")}, {RULE})):
        plans = updated(before, after, importing={"id": "lt-1"})
        assert found(refused, plans, stage=Stage.HALF) == expected


def test_is_free_once_no_service_needs_ec2(sandbox: Environment, tmp_path: Path) -> None:
    wrong = updated({}, {"user_data": script(ECS_CLUSTER="other")})
    assert judged(tmp_path, [wrong], everywhere(sandbox, Stage.RETIRED)).is_clean
