"""What the review says: what moves, what changes, how to go back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pay.containers.stored import as_stored
from pay.model import Environment, Side, Stage
from rollout.guard.verdict import judge
from rollout.review.document import ReviewDocument, review
from rollout.review.render import as_html, as_markdown
from tests.support.plans import (
    EC2,
    FARGATE,
    TRAFFIC,
    Json,
    at,
    change,
    container,
    plan,
    policy,
    read,
    record_change,
    records,
    stage_change,
    task_definition,
    traffic,
)


@pytest.fixture
def sandbox(environments: dict[str, Environment]) -> Environment:
    return environments["sandbox"]


def reviewed(
    folder: Path, environment: Environment, *plans: Json, allowed: dict[str, str] | None = None
) -> ReviewDocument:
    context = read(folder, plans, environment)
    return review(context, judge(context, allowed), None)


def text(document: ReviewDocument) -> str:
    return as_markdown(document, rest="the page")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (Stage.CANARY, Stage.QUARTER, "publicauth, sandbox: Fargate 5 % → 25 %"),
        (Stage.HALF, Stage.READY, "publicauth, sandbox: Fargate 50 % → 0 %"),
        (Stage.DARK, Stage.READY, "publicauth, sandbox: the record gets a weight; EC2 keeps all"),
        (
            Stage.SOAK,
            Stage.DETACHED,
            "publicauth, sandbox: the record of weight 0 is deleted; Fargate",
        ),
        (Stage.DETACHED, Stage.CUTOVER, "publicauth, sandbox: a record of weight 0 comes back"),
    ],
)
def test_says_what_moves_first(
    sandbox: Environment, tmp_path: Path, before: Stage, after: Stage, says: str
) -> None:
    document = reviewed(tmp_path, at(sandbox, after), stage_change(sandbox, before, after))
    assert text(document).startswith(f"## {says}")
    assert f"<h1>{says}" in as_html(document)


def test_says_that_nothing_changes(sandbox: Environment, tmp_path: Path) -> None:
    plans = traffic(records(None), records(None))
    document = reviewed(tmp_path, at(sandbox, Stage.DARK), plans)
    assert text(document).startswith("## Nothing changes")


def test_says_when_a_name_stops_answering(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(tmp_path, at(sandbox, Stage.DARK), traffic(records(None), ()))
    assert "stops answering" in document.title


def test_tells_the_verdict_and_what_to_do(sandbox: Environment, tmp_path: Path) -> None:
    plans = stage_change(sandbox, Stage.READY, Stage.CUTOVER)
    refused = text(reviewed(tmp_path, at(sandbox, Stage.CUTOVER), plans))
    assert "**Guard: refused**" in refused
    assert "**never-weighs-all-zero**" in refused
    clean = text(
        reviewed(
            tmp_path,
            at(sandbox, Stage.CANARY),
            stage_change(sandbox, Stage.READY, Stage.CANARY),
        )
    )
    assert "**Guard: clean**" in clean


def test_break_glass_lands_in_the_review(sandbox: Environment, tmp_path: Path) -> None:
    fewer = plan(EC2, change("aws_ecs_service.s", {"desired_count": 2}, {"desired_count": 1}))
    document = reviewed(
        tmp_path, sandbox, fewer, allowed={"keeps-desired-count": "agreed with the on-call"}
    )
    for page in (text(document), as_html(document)):
        assert "Break-glass" in page or "break-glass" in page
        assert "agreed with the on-call" in page
        assert "desired_count" in page.replace("\\_", "_")


RELEASED = task_definition(
    [container()],
    [
        container(
            image="555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/publicauth:8-release",
            cpu=512,
            environment=[{"name": "PORT", "value": "8081"}, {"name": "NEW", "value": "on"}],
            secrets=[{"name": "SENTRY_DSN", "valueFrom": "arn:aws:secretsmanager:x:SENTRY_DSN::"}],
        ),
        container("adot"),
    ],
)


def test_compares_containers_field_by_field(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(tmp_path, sandbox, plan(EC2, RELEASED))
    said = text(document)
    for line in (
        "`image 555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/publicauth`: `7-release` → "
        "`8-release`",
        "`cpu`: `256` → `512`",
        "`variable PORT`: `8080` → `8081`",
        "`variable NEW`: `on` (new)",
        "`secret DB_PASSWORD`: `given` (removed)",
        "`secret SENTRY_DSN`: `given` (new)",
        "container `adot` added",
    ):
        assert line in said
    assert "secretsmanager" not in said
    assert "publicauth 7-release → 8-release" in document.title


@pytest.mark.parametrize("network_mode", ["bridge", "awsvpc"])
def test_defaults_that_ecs_adds_are_no_change(
    sandbox: Environment, tmp_path: Path, network_mode: str
) -> None:
    written = container(
        portMappings=[{"containerPort": 1}],
        linuxParameters={"capabilities": {"drop": ["ALL"]}},
    )
    task = task_definition([dict(as_stored(written, network_mode))], [written])
    for values in (task["change"]["before"], task["change"]["after"]):
        values["network_mode"] = network_mode
    document = reviewed(tmp_path, sandbox, plan(EC2, task))
    assert document.stacks[0].containers == ()


def test_the_way_back_is_the_command(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(
        tmp_path, at(sandbox, Stage.HALF), stage_change(sandbox, Stage.QUARTER, Stage.HALF)
    )
    said = text(document)
    assert "pay rollback sandbox publicauth --to quarter --because TEXT" in said
    assert f"PAY_STACKS={TRAFFIC} cdktf diff {TRAFFIC}" in said
    assert (
        f"PAY_STACKS={TRAFFIC} cdktf deploy --ignore-missing-stack-dependencies {TRAFFIC}" in said
    )
    assert "Also open: ready, canary" in said


def test_the_way_back_works_without_terraform(sandbox: Environment, tmp_path: Path) -> None:
    """Both records in one batch, with the weights that are now."""
    document = reviewed(
        tmp_path, at(sandbox, Stage.HALF), stage_change(sandbox, Stage.QUARTER, Stage.HALF)
    )
    (command,) = document.rollbacks[1].commands
    assert "--hosted-zone-id ZINTERNAL" in command
    assert '"Weight": 75' in command
    assert '"Weight": 25' in command
    assert command.count("UPSERT") == 2


def test_a_release_goes_back_to_the_image_that_runs_now(
    sandbox: Environment, tmp_path: Path
) -> None:
    said = text(reviewed(tmp_path, sandbox, plan(EC2, RELEASED)))
    assert f"TF_VAR_application_image_tag=7-release PAY_STACKS={EC2} cdktf deploy" in said
    assert EC2 in said


def test_a_pin_is_told_as_a_release_of_its_sidecar(sandbox: Environment, tmp_path: Path) -> None:
    """By its number, too; its way back is in Git."""
    old, new = sandbox.sidecars["nginx"], f"sha256:{'b' * 64}"
    repository = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/docker-nginx-proxy"
    change = task_definition(
        [container(), container("nginx", image=f"{repository}@{old.digest}")],
        [container(), container("nginx", image=f"{repository}@{new}")],
    )
    pins = {"nginx": old.model_copy(update={"release": old.release + 1, "digest": new})}
    pinned = sandbox.model_copy(update={"sidecars": pins})
    context = replace(read(tmp_path, [plan(EC2, change)], pinned), base={sandbox.name: sandbox})
    document = review(context, judge(context), None)
    assert f"nginx {old.digest[:19]}… (release {old.release}) → {new[:19]}…" in document.title
    [rollback] = document.rollbacks
    assert rollback.commands[0] == "git revert COMMIT"
    assert not any("nginx_image_tag" in each for each in rollback.commands)


def test_says_where_there_is_no_way_back(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(
        tmp_path, at(sandbox, Stage.READY), stage_change(sandbox, Stage.DARK, Stage.READY)
    )
    assert "There is no rollback from ready" in text(document)


def test_the_dark_side_is_taken_away_again(sandbox: Environment, tmp_path: Path) -> None:
    created = plan(FARGATE, change("aws_lb.alb", None, {"name": "a"}))
    document = reviewed(tmp_path, at(sandbox, Stage.DARK), created)
    assert "pay rollback sandbox publicauth --to legacy" in text(document)
    assert document.title == "publicauth, sandbox: Fargate side is created (1 resource)"


def test_sets_security_apart(sandbox: Environment, tmp_path: Path) -> None:
    role = change(
        "aws_iam_role_policy.task_policy",
        {"role": "r", "policy": policy({"Action": "s3:GetObject", "Resource": "arn:a"})},
        {"role": "r", "policy": policy({"Action": "s3:PutObject", "Resource": "arn:a"})},
    )
    listener = change("aws_lb_listener.https", {"ssl_policy": "new"}, {"ssl_policy": "old"})
    exposed = change("aws_lb.alb", {"internal": True}, {"internal": False})
    hardened = task_definition([container(user="1")], [container(user="0")])
    document = reviewed(tmp_path, sandbox, plan(EC2, role, listener, exposed, hardened))
    said = text(document)
    found = {area.value for area in document.security}
    assert found == {
        "IAM",
        "Exposure",
        "Encryption",
        "Hardening of containers and instances",
    }
    assert "allows s3:PutObject on arn:a" in said
    assert "no longer allows s3:GetObject on arn:a" in said
    assert "internal: true → not set" in said or "internal: true → false" in said


def service_plan(attribute: str, expression: Json | None, *others: Json) -> Json:
    """A service of ECS one attribute of which becomes known only after apply."""
    service = change(
        "aws_ecs_service.service",
        {"tags": None, attribute: 2},
        {"tags": {}},
        unknown={attribute: True},
    )
    document = plan(EC2, service, *others)
    expressions = {} if expression is None else {attribute: expression}
    document["configuration"]["root_module"]["resources"].append(
        {"address": "aws_ecs_service.service", "expressions": expressions}
    )
    return document


@pytest.mark.parametrize(
    "noise",
    [
        service_plan("iam_role", None),
        service_plan(
            "task_definition",
            {"references": ["aws_ecs_task_definition.task.arn", "aws_ecs_task_definition.task"]},
            RELEASED,
        ),
        service_plan(
            "latest_version",
            {"references": ["aws_launch_template.t[0].latest_version", "aws_launch_template.t"]},
            change(
                "aws_launch_template.t[0]", {"a": 1}, {"a": 2}, unknown={"latest_version": True}
            ),
        ),
    ],
    ids=["computed by AWS", "of a replaced resource", "computed for a changed resource"],
)
def test_noise_is_folded_away(sandbox: Environment, tmp_path: Path, noise: Json) -> None:
    document = reviewed(tmp_path, sandbox, noise)
    assert document.noise == ()
    assert document.noise_in_words.startswith("Noise: 1 attribute")
    assert "aws_ecs_service.service" not in {line.address for line in document.stacks[0].changed}


def test_says_when_only_computed_values_change(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(tmp_path, sandbox, service_plan("iam_role", None))
    assert document.title.endswith("only computed values change")


@pytest.mark.parametrize(
    "expression",
    [
        {},
        {"constant_value": 2},
        {"references": ["data.aws_x.y.count", "data.aws_x.y"]},
        {"references": ["local.tasks"]},
        {"references": ["aws_lb.alb.name", "aws_lb.alb"]},
    ],
)
def test_what_is_configured_and_becomes_unknown_is_no_noise(
    sandbox: Environment, tmp_path: Path, expression: Json
) -> None:
    other = change("aws_lb.alb", {"idle_timeout": 60}, {"idle_timeout": 61})
    document = reviewed(tmp_path, sandbox, service_plan("desired_count", expression, other))
    assert document.noise == ()
    assert "`desired_count`: `2` → `(known after apply)`" in text(document)


def test_a_resource_that_the_configuration_does_not_list_is_no_noise(
    sandbox: Environment, tmp_path: Path
) -> None:
    port = change("aws_lb_target_group.t", {"port": 443}, {"port": None}, unknown={"port": True})
    document = reviewed(tmp_path, sandbox, plan(EC2, port))
    assert document.noise == ()
    assert "`port`: `443` → `(known after apply)`" in text(document)


NEW_TASK = change(
    "aws_ecs_task_definition.task",
    None,
    {
        "cpu": "1024",
        "memory": "2048",
        "container_definitions": json.dumps([container(), container("nginx", user="101")]),
    },
)


def test_tells_what_a_new_side_runs(sandbox: Environment, tmp_path: Path) -> None:
    document = reviewed(tmp_path, at(sandbox, Stage.DARK), plan(FARGATE, NEW_TASK))
    said, html = text(document), as_html(document)
    for line in (
        "`cpu`: `1024`",
        "`image`: `555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/publicauth:7-release`",
        "`variable PORT`: `8080`",
        "`secret DB_PASSWORD`: `given`",
        "container `nginx`",
        "`user`: `101`",
    ):
        assert line in said
    assert said.index("<details><summary>Content of the new task") < said.index("`cpu`: `1024`")
    assert "<code>variable PORT</code> 8080" in html
    assert "<code>cpu</code> 1024" in html
    assert "secretsmanager" not in said + html


def test_a_new_task_definition_that_is_sensitive_stays_so(
    sandbox: Environment, tmp_path: Path
) -> None:
    values = {"cpu": "4321", "container_definitions": json.dumps([container("plain-word")])}
    hidden = {"cpu": True, "container_definitions": True}
    task = change("aws_ecs_task_definition.task", None, values, after_sensitive=hidden)
    document = reviewed(tmp_path, at(sandbox, Stage.DARK), plan(FARGATE, task))
    for page in (text(document), as_html(document)):
        assert "sensitive" in page
        assert "plain-word" not in page
        assert "4321" not in page


def test_a_long_value_is_whole_in_html_and_counted_in_markdown(
    sandbox: Environment, tmp_path: Path
) -> None:
    value = "word " * 200 + "the-end"
    task = task_definition(
        [container()], [container(environment=[{"name": "LONG", "value": value}])]
    )
    document = reviewed(tmp_path, sandbox, plan(EC2, task))
    assert value in as_html(document)
    assert "the-end" not in text(document)
    assert f"({len(value) - 300} more characters in the HTML)" in text(document)


def test_several_stacks_have_a_line_each_on_top_the_records_first(
    sandbox: Environment, tmp_path: Path
) -> None:
    move = stage_change(sandbox, Stage.READY, Stage.CANARY)
    fewer = change("aws_ecs_service.s", {"desired_count": 2}, {"desired_count": 1})
    document = reviewed(tmp_path, at(sandbox, Stage.CANARY), plan(EC2, RELEASED, fewer), move)
    said, html = text(document), as_html(document)
    assert said.startswith("## publicauth, sandbox: Fargate 0 % → 5 %; publicauth, sandbox: EC2 ")
    first = said.splitlines()[:10]
    records = next(line for line in first if line.startswith("- ✅ publicauth, sandbox: Fargate 0"))
    side = next(line for line in first if line.startswith("- ❌ publicauth, sandbox: EC2 side: "))
    assert first.index(records) < first.index(side)
    assert "loses 1 of 2 tasks" in side
    assert "publicauth 7-release → 8-release" in side
    assert html.index("<table>") < html.index("Refused by the guard")


def test_tells_a_check_that_does_not_hold(sandbox: Environment, tmp_path: Path) -> None:
    check = {
        "address": {"to_display": "data.aws_vpc.vpc"},
        "status": "fail",
        "instances": [{"problems": [{"message": "wrong VPC"}]}],
    }
    plans = plan(TRAFFIC, record_change(Side.EC2, None, None), checks=[check])
    moved = traffic(records(100, 0), records(95, 5))
    moved["checks"] = plans["checks"]
    said = text(reviewed(tmp_path, at(sandbox, Stage.CANARY), moved))
    assert "wrong VPC" in "".join(said.splitlines()[:10])
