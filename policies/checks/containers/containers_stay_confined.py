"""Containers must stay confined by Docker's defaults.

Docker isolates a container with seccomp, AppArmor and SELinux. `no-new-privileges` is the only
option that can only tighten this (ECS API: `ContainerDefinition`, `dockerSecurityOptions`).
"""

from pay.containers.definitions import Container
from policies.engine.containers import container_rule

_TIGHTENS = ("no-new-privileges", "no-new-privileges:true")


@container_rule
def judge(container: Container) -> list[str]:
    options = container.get("dockerSecurityOptions")
    listed = options if isinstance(options, list) else [] if options is None else [options]
    return [
        f"dockerSecurityOptions has {option!r}; only no-new-privileges is allowed"
        for option in listed
        if option not in _TIGHTENS
    ]
