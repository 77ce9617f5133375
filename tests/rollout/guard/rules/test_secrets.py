"""What the guard refuses of secrets outside of containers."""

from base64 import b64encode

import pytest

from pay.model import Stage
from pay.model.stacks import SMOKE
from tests.rollout.guard.conftest import Judge
from tests.support.plans import ENVIRONMENT, FARGATE, PLATFORM, Json, change, plan

RULE = "holds-no-secret-in-plain-text"
KEY = "AKIAIOSFODNN7EXAMPLE"
"""The key of AWS's own examples."""


def script(line: str) -> str:
    return b64encode(f"#!/bin/sh\n{line}\n".encode()).decode()


@pytest.mark.parametrize(
    ("address", "after", "place"),
    [
        (
            "aws_synthetics_canary.probe_fargate",
            {"run_config": [{"environment_variables": {"DB_PASSWORD": "hunter2"}}]},
            "run_config.environment_variables.DB_PASSWORD",
        ),
        ("aws_cloudwatch_metric_alarm.a", {"alarm_description": f"use {KEY}"}, "alarm_description"),
        (
            "aws_cloudwatch_metric_alarm.a",
            {"alarm_description": "password=hunter2"},
            "alarm_description",
        ),
        ("aws_lb.alb", {"tags": {"Owner": KEY}}, "tags.Owner"),
        ("aws_lb.alb", {"tags": {"__Owner__": KEY}}, "tags.__Owner__"),
        (
            "aws_codebuild_project.images",
            {"environment": [{"environment_variable": [{"name": "TOKEN", "value": "hunter2"}]}]},
            "environment.environment_variable.value",
        ),
        (
            "aws_launch_template.cde_template",
            {"user_data": script("echo DB_PASSWORD=hunter2 >> /etc/ecs/ecs.config")},
            "user_data",
        ),
    ],
)
def test_refuses_a_secret_wherever_it_stands(
    refused: Judge, address: str, after: Json, place: str
) -> None:
    refusals = refused(plan(SMOKE.stack_id(ENVIRONMENT), change(address, None, after)))
    texts = [each.finding.saw for each in refusals if each.rule == RULE]
    assert [text.partition(" looks")[0] for text in texts] == [place]
    assert not [text for text in texts if "hunter2" in text or KEY in text]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"alarm_description": f"use {KEY}"}, {"alarm_description": f"use {KEY}", "period": 60}),
        ({"alarm_description": f"use {KEY}"}, {"alarm_description": "use the role"}),
        ({"alarm_description": f"use {KEY}"}, None),
        (None, {"alarm_description": "The password is in Secrets Manager."}),
        (None, {"kms_key_id": "arn:aws:kms:eu-west-1:555555555555:key/11111111-2222"}),
    ],
)
def test_lets_pass_what_stays_what_goes_and_what_is_no_secret(
    refused: Judge, before: Json | None, after: Json | None
) -> None:
    made = plan(FARGATE, change("aws_cloudwatch_metric_alarm.a", before, after))
    assert RULE not in {each.rule for each in refused(made, stage=Stage.DARK)}


def test_leaves_a_script_in_another_form_to_the_rule_about_scripts(refused: Judge) -> None:
    zipped = b64encode(b"\x1f\x8b" + bytes(range(64))).decode()
    made = change("aws_launch_template.cde_template", None, {"user_data": zipped})
    assert RULE not in {each.rule for each in refused(plan(PLATFORM, made))}
