"""Tasks do not use the network of their host.

With `network_mode = "host"` a container listens on every address of the instance and reaches what
only the instance may reach, its metadata service included.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    mode = task_definition.value("network_mode")
    return [] if mode in {"awsvpc", "bridge", "none"} else [f"network_mode is {mode!r}"]
