"""Containers must have a read-only root file system.

An attacker inside a container must not be able to change the programs that run there. Write to a
mounted volume instead.
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
