"""Tasks must not share a process or IPC namespace with their host.

A shared namespace shows a task the processes, arguments and memory of its neighbours, including
card data.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"{argument} is {mode!r}; leave it out or set it to 'task'"
        for argument in ("pid_mode", "ipc_mode")
        if (mode := task_definition.get(argument)) not in {None, "", "task", "none"}
    ]
