"""Containers must not be privileged.

A privileged container has root rights on its host: an attacker who controls it can reach every
other task there.
"""

from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: privileged is {each['privileged']!r}"
        for each in containers(task_definition)
        if each.get("privileged", False) is not False
    ]
