"""Tasks must not mount a folder of their host, nor a volume whose kind is not known.

A mounted host folder, above all the Docker socket, is a way out of the container and into other
services. A volume of Docker's driver `local` mounts one through its options.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.rule import rule
from policies.reading.stack import Block, blocks_of, get

_KNOWN = {
    "name",
    "host_path",
    "configure_at_launch",
    "docker_volume_configuration",
    "efs_volume_configuration",
    "fsx_windows_file_server_volume_configuration",
}

_LINES = {"start_line", "end_line"}
"""The keys that checkov adds to the blocks of a plan."""


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"volume {get(volume, 'name')}: {mistake}"
        for volume in task_definition.blocks("volume")
        for mistake in _mistakes(volume)
    ]


def _mistakes(volume: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(key for key in set(volume) - _KNOWN - _LINES if not key.startswith("__")):
        yield f"{key} is not a kind of volume that the gate knows; allowed: {', '.join(_KNOWN)}"
    if path := get(volume, "host_path"):
        yield f"host_path is {path!r}"
    if get(volume, "configure_at_launch"):
        yield "configure_at_launch leaves the volume to the service, where it is not judged"
    for docker in blocks_of(volume, "docker_volume_configuration"):
        if get(docker, "driver") not in (None, "", "local"):
            yield f"driver is {get(docker, 'driver')!r}; allowed: local"
        if options := get(docker, "driver_opts"):
            yield f"driver_opts is {options!r}; leave it out"
