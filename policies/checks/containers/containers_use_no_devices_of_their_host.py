"""Containers must not use devices of their host.

Through a device such as a disk, a container can read and write the data of every task on its host.
"""

from pay.containers.definitions import table
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: linuxParameters.devices is {devices!r}"
        for each in containers(task_definition)
        if (devices := table(each, "linuxParameters").get("devices"))
    ]
