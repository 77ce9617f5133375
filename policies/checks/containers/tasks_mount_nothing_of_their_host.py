"""Tasks must not mount a folder of their host.

A mounted host folder, above all the Docker socket, is a way out of the container and into other
services.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block, get


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"volume {get(volume, 'name')}: host_path is {path!r}"
        for volume in task_definition.blocks("volume")
        if (path := get(volume, "host_path"))
    ]
