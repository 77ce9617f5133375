"""The sandbox stores task definitions with the defaults that ECS adds."""

from collections.abc import Callable
from typing import Any

import pytest

from pay.containers.stored import as_stored

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("network_mode", ["bridge", "awsvpc"])
def test_a_task_definition_is_described_as_ecs_stores_it(
    client: Callable[[str], Any], unique: str, network_mode: str
) -> None:
    ecs = client("ecs")
    container = {
        "name": "app",
        "image": "app:1",
        "memory": 128,
        "portMappings": [{"containerPort": 8080}],
        "healthCheck": {"command": ["CMD", "true"]},
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}},
    }
    ecs.register_task_definition(
        family=unique,
        networkMode=network_mode,
        containerDefinitions=[container],
        volumes=[{"name": "tmp"}, {"name": "data", "host": {"sourcePath": "/data"}}],
    )

    described = ecs.describe_task_definition(taskDefinition=unique)["taskDefinition"]

    assert described["containerDefinitions"] == [as_stored(container, network_mode)]
    assert described["volumes"] == [
        {"name": "tmp", "host": {}},
        {"name": "data", "host": {"sourcePath": "/data"}},
    ]
