"""Volumes of a task have a kind that the gate knows."""

from typing import Any

import pytest

from policies.checks.containers import tasks_mount_nothing_of_their_host as volumes
from policies.reading.stack import Block
from tests.policies.blocks import block


def task(**volume: Any) -> Block:
    body = {key: [value] for key, value in {"name": "v", **volume}.items()}
    return block("aws_ecs_task_definition", {"volume": body})


@pytest.mark.parametrize(
    "volume",
    [
        {"host_path": "/var/run/docker.sock"},
        {"host": {"source_path": ["/"]}},
        {"s3files_volume_configuration": {"bucket": ["b"]}},
        {"configure_at_launch": True},
        {"configure_at_launch": "${var.launch}"},
        {"docker_volume_configuration": {"driver": ["rexray/ebs"]}},
        {"docker_volume_configuration": {"driver_opts": [{"type": "none", "device": "/"}]}},
    ],
)
def test_refuses_a_volume_that_may_be_of_the_host(volume: dict[str, Any]) -> None:
    assert volumes.judge(task(**volume))


@pytest.mark.parametrize(
    "volume",
    [
        {},
        {"host_path": ""},
        {"configure_at_launch": False},
        {
            "efs_volume_configuration": {
                "file_system_id": ["fs-1"],
                "transit_encryption": ["ENABLED"],
            }
        },
        {"fsx_windows_file_server_volume_configuration": {"file_system_id": ["fs-1"]}},
        {"docker_volume_configuration": {"scope": ["task"], "driver": ["local"]}},
    ],
)
def test_accepts_a_volume_of_a_known_kind(volume: dict[str, Any]) -> None:
    assert volumes.judge(task(**volume)) == []
