"""Tasks mount no folder of their host.

A mounted host folder, the Docker socket above all, is a way out of the container and from one
service into another.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block
from policies.engine.stack import value as get


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"volume {get(volume, 'name')}: host_path is {path!r}"
        for volume in task_definition.blocks("volume")
        if (path := get(volume, "host_path"))
    ]
