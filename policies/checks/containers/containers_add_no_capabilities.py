"""Containers must not add Linux capabilities.

Each capability beyond Docker's default set is a kernel function that no service here needs.
"""

from pay.containers.definitions import table
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: linuxParameters.capabilities.add is {added!r}"
        for each in containers(task_definition)
        if (added := table(each, "linuxParameters", "capabilities").get("add"))
    ]
