"""Deployments stop and roll back by themselves when they fail.

Change control needs a way back that works at night too: the deployment circuit breaker.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_service")
def judge(service: Block) -> list[str] | None:
    if service.value("deployment_controller", "type") not in {None, "ECS"}:
        return None
    return [
        f"deployment_circuit_breaker.{key} is {found!r}"
        for key in ("enable", "rollback")
        if (found := service.value("deployment_circuit_breaker", key)) is not True
    ]
