"""Container definitions in every form that checkov returns."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.loaders import Loader

from policies.engine.container_keys import ANY, CONTAINER_DEFINITION
from policies.engine.containers import containers, pairs, table
from policies.engine.rule import Unread
from policies.engine.stack import Block
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
        [json.dumps(DEFINITIONS).replace('"', '\\"')],
    ],
    ids=["jsonencode", "one list deeper", "plan", "text", "text with the escapes of HCL"],
)
def test_every_form_is_read(form: Any) -> None:
    assert containers(task_with(form)) == DEFINITIONS


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
    with pytest.raises(Unread, match=f"container app: {path} is no key"):
        containers(task(written))


def test_names_that_the_writer_chooses_are_no_keys() -> None:
    options = {"logDriver": "awslogs", "options": {"awslogs-group": "a"}}
    written = {"dockerLabels": {"Team": "pay"}, "logConfiguration": options}
    assert containers(task(written))[0]["dockerLabels"] == {"Team": "pay"}


def test_the_keys_are_those_of_the_ecs_api() -> None:
    shapes = Loader().load_service_model("ecs", "service-2")["shapes"]
    assert set(paths(CONTAINER_DEFINITION)) <= set(of_the_api(shapes, "ContainerDefinition"))


def paths(known: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, inner in known.items():
        yield (key, *(("{}",) if inner is ANY else ()))
        yield from ((key, *path) for path in paths(inner))


def of_the_api(shapes: Mapping[str, Any], name: str) -> Iterator[tuple[str, ...]]:
    """Return the same paths from AWS's own description of the API; `{}` marks one without keys."""
    shape = shapes[name]
    while shape["type"] == "list":
        shape = shapes[shape["member"]["shape"]]
    if shape["type"] != "structure":
        yield ("{}",)
        return
    for key, member in shape["members"].items():
        yield (key,)
        yield from ((key, *path) for path in of_the_api(shapes, member["shape"]))


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
