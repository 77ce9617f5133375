"""Containers add no Linux capabilities.

Every capability beyond Docker's own set is a function of the kernel that the service does not need
to take payments.
"""

from pay.containers.definitions import table
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: adds {added!r}"
        for each in containers(task_definition)
        if (added := table(each, "linuxParameters", "capabilities").get("add"))
    ]
