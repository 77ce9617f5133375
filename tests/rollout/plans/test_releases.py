"""Which images run, read from a side's state, so that a plan of a stage shows no release."""

import json

import pytest

from pay.catalogue import CATALOGUE
from pay.model.problem import InvalidInput
from rollout.plans.releases import image_tag_variables, release_of
from tests.support.plans import SERVICE, Json, container

DIGEST = f"sha256:{'0' * 64}"
OLD = {"format_version": "1.0"}
"""What `terraform show -json` writes of a stack that was never applied."""


def state(*containers: Json) -> Json:
    task = {
        "address": "aws_ecs_task_definition.task",
        "mode": "managed",
        "type": "aws_ecs_task_definition",
        "values": {"container_definitions": json.dumps(containers)},
    }
    return {**OLD, "values": {"root_module": {"resources": [task]}}}


def tags(*states: Json) -> dict[str, str]:
    return release_of(
        SERVICE, ((str(n), json.dumps(each).encode()) for n, each in enumerate(states))
    )


def test_returns_the_tag_that_a_side_runs() -> None:
    """Of a sidecar, too: a new pin in the environment's file would roll every side in one apply."""
    running = state(container("nginx", image="registry.test/nginx:6-release"), container())
    assert tags(running) == {"application_image_tag": "7-release", "nginx_image_tag": "6-release"}


def test_returns_the_digest_that_a_side_runs() -> None:
    running = state(container(image=f"registry.test/publicauth@{DIGEST}"))
    assert tags(running) == {"application_image_tag": DIGEST}


def test_a_side_that_is_not_there_yet_gets_the_other_sides_release() -> None:
    assert tags(OLD, state(container())) == {"application_image_tag": "7-release"}


def test_a_side_keeps_its_own_release() -> None:
    other = state(container(image="registry.test/publicauth:8-release"))
    assert tags(state(container()), other) == {"application_image_tag": "7-release"}


def test_returns_nothing_where_nothing_runs() -> None:
    assert tags(OLD, OLD) == {}


@pytest.mark.parametrize("text", ["no JSON", '{"values": 7}'])
def test_refuses_a_state_that_it_cannot_read(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"state of x: .*terraform show -json"):
        release_of(SERVICE, [("state of x", text.encode())])


def test_names_the_variables_that_the_stacks_declare() -> None:
    for name, service in CATALOGUE.items():
        assert set(image_tag_variables(name)) == {name, *(s.name for s in service.sidecars)}
