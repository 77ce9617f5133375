"""Tasks share no process or IPC namespace with their host.

A shared namespace shows a task the processes, arguments and memory of its neighbours, card data in
them included.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"{mode} is {found!r}; leave it out or set it to 'task'"
        for mode in ("pid_mode", "ipc_mode")
        if (found := task_definition.value(mode)) not in {None, "task", "none"}
    ]
