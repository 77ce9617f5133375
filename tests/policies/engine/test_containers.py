"""Container definitions in every form that checkov returns."""

import json
from typing import Any

import pytest

from pay.unread import Unread
from policies.engine.containers import containers
from policies.reading.stack import Block
from tests.policies.blocks import stack, task

DEFINITIONS = [{"name": "app", "privileged": True}, {"name": "nginx"}]


def task_with(definitions: Any) -> Block:
    conf = {"container_definitions": definitions}
    return Block("resource", "aws_ecs_task_definition", "task", conf, stack())


@pytest.mark.parametrize(
    "form",
    [
        [DEFINITIONS],
        [[DEFINITIONS]],
        DEFINITIONS,
        [json.dumps(DEFINITIONS)],
    ],
    ids=["jsonencode", "one list deeper", "plan", "text"],
)
def test_every_form_is_read(form: Any) -> None:
    assert list(containers(task_with(form))) == DEFINITIONS


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
        containers(task_with(form))


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ({"Privileged": True}, "Privileged"),
        ({"Environment": [{"Name": "DB_PASSWORD", "Value": "x"}]}, "Environment"),
        ({"environment": [{"name": "A", "value": "x"}, {"Name": "B"}]}, "environment.Name"),
        ({"linuxParameters": {"Capabilities": {"add": ["ALL"]}}}, "linuxParameters.Capabilities"),
        ({"logConfiguration": {"logdriver": "x"}}, "logConfiguration.logdriver"),
        ({"imagePullPolicy": "Always"}, "imagePullPolicy"),
    ],
)
def test_refuses_a_key_that_ecs_does_not_spell_so(written: dict[str, Any], path: str) -> None:
    with pytest.raises(Unread, match=f"container app: {path} is not a key"):
        containers(task(written))


def test_names_that_the_writer_chooses_are_no_keys() -> None:
    options = {"logDriver": "awslogs", "options": {"awslogs-group": "a"}}
    written = {"dockerLabels": {"Team": "pay"}, "logConfiguration": options}
    assert containers(task(written))[0]["dockerLabels"] == {"Team": "pay"}
