"""The containers of a task definition, as ECS answers."""

from functools import cache
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from pay.unread import Unread
from rollout.aws.task_definitions import ContainerDefinition, container_definitions

ARN = "arn:aws:ecs:eu-west-1:555555555555:task-definition/connector:7"

_TEXTS = st.text(max_size=20)
_LOGS = st.fixed_dictionaries(
    {"logDriver": st.just("awslogs")}, optional={"options": st.dictionaries(_TEXTS, _TEXTS)}
)
_CONTAINER = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=20)},
    optional={
        "image": _TEXTS,
        "readonlyRootFilesystem": st.booleans(),
        "logConfiguration": _LOGS,
    },
)
_CONTAINERS = st.lists(_CONTAINER, min_size=1, max_size=4, unique_by=lambda each: each["name"])


def read(containers: Any) -> tuple[ContainerDefinition, ...]:
    """Return the containers of an answer that botocore checks by the API's model."""
    ecs = _client()
    with Stubber(ecs) as stub:
        answer = {"taskDefinition": {"containerDefinitions": containers}}
        stub.add_response("describe_task_definition", answer, {"taskDefinition": ARN})
        return container_definitions(ecs, ARN)


@cache
def _client() -> Any:
    """Return one client for all examples: making it is slow."""
    return boto3.client("ecs", region_name="eu-west-1")


@given(_CONTAINERS)
def test_reads_every_container_in_its_order(containers: list[dict[str, Any]]) -> None:
    assert read(containers) == tuple(
        ContainerDefinition(
            each["name"],
            each.get("image", ""),
            each.get("readonlyRootFilesystem", False),
            each.get("logConfiguration", {}).get("options", {}),
        )
        for each in containers
    )


@pytest.mark.parametrize(
    "containers", [[], [{"image": "connector:8-release"}], [{"name": "a"}, {"name": "a"}]]
)
def test_refuses_an_answer_without_named_containers(containers: list[dict[str, Any]]) -> None:
    with pytest.raises(Unread, match="container_definitions"):
        read(containers)
