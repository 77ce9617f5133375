"""Containers must stay confined by Docker's defaults.

Docker isolates a container with seccomp, AppArmor and SELinux. `no-new-privileges` is the only
option that can only tighten this (ECS API: `ContainerDefinition`, `dockerSecurityOptions`).
"""

from pay.containers.definitions import Container
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block

_TIGHTENS = ("no-new-privileges", "no-new-privileges:true")


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: dockerSecurityOptions has {option!r}; only "
        "no-new-privileges is allowed"
        for each in containers(task_definition)
        for option in _options(each)
        if option not in _TIGHTENS
    ]


def _options(container: Container) -> list[object]:
    options = container.get("dockerSecurityOptions")
    return options if isinstance(options, list) else [options] if options is not None else []
