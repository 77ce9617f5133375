"""What the guard refuses about the instances that will start: their script and their image."""

import base64
import gzip
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


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def script_text(*more: str, without: str = "", **settings: str) -> str:
    wanted = {name: value for name, value in {**SETTINGS, **settings}.items() if name != without}
    lines = [f"echo '{name}={value}' >> /etc/ecs/ecs.config" for name, value in wanted.items()]
    return "\n".join(["#!/bin/sh", *lines, *more, ""])


def script(*more: str, without: str = "", **settings: str) -> str:
    return encoded(script_text(*more, without=without, **settings))


SCRIPT = script_text()


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
        (script("ECS_CLUSTER=other"), "run ECS_CLUSTER=other"),
        (script(ECS_CLUSTER="'sandbox-ec2'"), "join cluster default"),
        (script("echo ECS_CLUSTER=other > /etc/ecs/ecs.config"), "join cluster other"),
        (script("sed -i s/sandbox/other/ /etc/ecs/ecs.config"), "run sed -i"),
        (script("#!/bin/bash", without="ECS_CLUSTER"), "join cluster default"),
        (encoded(f"\n{SCRIPT}"), "begins with ''"),
        (encoded(SCRIPT.replace("sh\n", "sh\r\n", 1)), "line ends of Windows"),
        (
            encoded(SCRIPT.replace("/bin/sh", "/usr/bin/python3")),
            "begins with '#!/usr/bin/python3'",
        ),
        (encoded(SCRIPT.replace("/bin/sh", "/bin/sh -n")), "begins with '#!/bin/sh -n'"),
        (encoded("#cloud-config\nbootcmd: []\n"), "is a file of cloud-init"),
        (encoded(f"MIME-Version: 1.0\n\n{SCRIPT}"), "is a MIME archive"),
        (base64.b64encode(gzip.compress(SCRIPT.encode())).decode(), "is compressed (gzip)"),
        (encoded(encoded(SCRIPT)), "begins with 'IyEv"),
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
        (base64.b64encode(b"\x80\xff").decode(), "cannot be read"),
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


IN_A_DOCUMENT = "\n".join(
    [
        "#!/bin/sh",
        "cat <<{} >> /etc/ecs/ecs.config",
        *(
            f"{name}={value}".replace("{", "{{").replace("}", "}}")
            for name, value in SETTINGS.items()
        ),
        "EOF",
        "",
    ]
)


def test_refuses_the_same_lines_in_another_order(refused: Judge) -> None:
    """Nothing below `exit 0` is set."""
    first, *lines = script_text("exit 0").strip().split("\n")
    before, after = ("\n".join([first, *each]) for each in (lines, [lines[-1], *lines[:-1]]))
    plans = updated({"user_data": encoded(before)}, {"user_data": encoded(after)})
    (refusal,) = refused(plans, stage=Stage.HALF)
    assert "run the same in another order: exit 0" in refusal.finding.saw


@pytest.mark.parametrize(
    "user_data",
    [
        script(ECS_CONTAINER_STOP_TIMEOUT="3m"),
        script(ECS_CONTAINER_STOP_TIMEOUT="1h2m3s"),
        script(ECS_ENABLE_CONTAINER_METADATA="true"),
        script(ECS_INSTANCE_ATTRIBUTES='{"segment":"cde","disk":"large"}'),
        script("  "),
        script("# from here on: nothing"),
        encoded(SCRIPT.replace("#!/bin/sh", "#!/bin/bash -xe")),
        encoded(SCRIPT.replace("echo '", 'echo "', 1).replace("' >>", '" >>', 1)),
        encoded(SCRIPT.replace("echo 'ECS_CLUSTER=sandbox-ec2'", "echo ECS_CLUSTER=sandbox-ec2")),
        encoded(IN_A_DOCUMENT.format("'EOF'")),
        encoded(IN_A_DOCUMENT.format("EOF")),
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


def test_an_import_that_rewrites_a_template_is_compared_with_what_runs(refused: Judge) -> None:
    taken_over = {"importing": {"id": "lt-1"}}
    worse: list[tuple[Json, Json]] = [
        ({"image_id": "ami-0123456789abcdef0"}, {}),
        ({"user_data": script("systemctl enable audit")}, {}),
        ({"user_data": encoded("MIME-Version: 1.0\n")}, {}),
        ({}, {"user_data": script(ECS_CLUSTER="other")}),
        ({"user_data": script(ECS_RESERVED_MEMORY="256")}, {}),
    ]
    for before, after in worse:
        plans = updated(before, after, **taken_over)
        assert found(refused, plans, stage=Stage.HALF) == {RULE}
    for before in ({}, {"user_data": script(without="ECS_AWSVPC_BLOCK_IMDS")}):
        assert found(refused, updated(before, {}, **taken_over), stage=Stage.HALF) == set()


def test_refuses_a_new_template_that_does_more_than_is_read_here(refused: Judge) -> None:
    new = change(ADDRESS, None, {**TEMPLATE, "user_data": script("yum install -y agent")})
    (refusal,) = refused(plan(PLATFORM, new), stage=Stage.HALF)
    assert "run what is not read here: yum install -y agent" in refusal.finding.saw


def test_is_free_once_no_service_needs_ec2(sandbox: Environment, tmp_path: Path) -> None:
    wrong = updated({}, {"user_data": script(ECS_CLUSTER="other")})
    assert judged(tmp_path, [wrong], everywhere(sandbox, Stage.RETIRED)).is_clean
