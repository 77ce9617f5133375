"""Container definitions in every form in which checkov hands them over."""

import json
from typing import Any

import pytest

from policies.containers import containers, pairs, table
from policies.rule import Unread
from policies.stack import Block
from tests.policies.blocks import stack, task

DEFINITIONS = [{"name": "app", "privileged": True}, {"name": "nginx"}]


def given(found: Any) -> Block:
    conf = {"container_definitions": found}
    return Block("resource", "aws_ecs_task_definition", "task", conf, stack())


@pytest.mark.parametrize(
    "form",
    [
        [DEFINITIONS],
        [[DEFINITIONS]],
        DEFINITIONS,
        [json.dumps(DEFINITIONS)],
        [json.dumps(DEFINITIONS).replace('"', '\\"')],
    ],
    ids=["jsonencode", "one list deeper", "plan", "text", "text with the escapes of HCL"],
)
def test_every_form_is_read(form: Any) -> None:
    assert containers(given(form)) == DEFINITIONS


@pytest.mark.parametrize(
    "form",
    [
        None,
        [],
        [[]],
        ["${jsonencode(local.containers)}"],
        ['[{"name": "app", "privileged": ${var.privileged}}]'],
        ["true_after_unknown"],
        [[{"image": "no-name"}]],
        [["app"]],
        [{"name": "app"}, "nginx"],
    ],
)
def test_refuses_what_it_cannot_read(form: Any) -> None:
    with pytest.raises(Unread):
        containers(given(form))


def test_refuses_an_environment_that_is_no_list() -> None:
    with pytest.raises(Unread, match="container app: environment"):
        pairs({"name": "app", "environment": "${local.environment}"}, "environment")


def test_refuses_a_log_configuration_that_is_no_object() -> None:
    with pytest.raises(Unread, match="container app: logConfiguration"):
        table({"name": "app", "logConfiguration": "${local.logs}"}, "logConfiguration")


def test_what_is_not_written_is_empty() -> None:
    container = containers(task({}))[0]
    assert pairs(container, "secrets") == []
    assert table(container, "linuxParameters", "capabilities") == {}
