"""Failed deployments must stop and roll back by themselves.

Change control needs a way back that works without a person: the deployment circuit breaker.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_service")
def judge(service: Block) -> list[str] | None:
    if service.value("deployment_controller", "type") not in {None, "ECS"}:
        return None
    return [
        f"deployment_circuit_breaker.{key} is {setting!r}, not True"
        for key in ("enable", "rollback")
        if (setting := service.value("deployment_circuit_breaker", key)) is not True
    ]
