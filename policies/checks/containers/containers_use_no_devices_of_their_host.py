"""Containers use no devices of their host.

A device such as a disk lets a container read and write what belongs to every other task there.
"""

from pay.containers.definitions import table
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: uses {devices!r}"
        for each in containers(task_definition)
        if (devices := table(each, "linuxParameters").get("devices"))
    ]
