"""Containers have a read-only root file system.

Who breaks into a container must not be able to change the programs that run in it; what has to be
written goes to a mounted volume.
"""

from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: readonlyRootFilesystem is "
        f"{each.get('readonlyRootFilesystem')!r}"
        for each in containers(task_definition)
        if each.get("readonlyRootFilesystem") is not True
    ]
