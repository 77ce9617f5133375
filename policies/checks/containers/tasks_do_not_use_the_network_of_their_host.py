"""Tasks must not use the network of their host.

With `network_mode = "host"` a container listens on every address of the instance. It also reaches
what only the instance may reach, including the metadata service.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    mode = task_definition.get("network_mode")
    if mode in {"awsvpc", "bridge", "none"}:
        return []
    return [f"network_mode is {mode!r}; allowed: awsvpc, bridge, none"]
