"""Failed deployments must stop and roll back by themselves.

Change control needs a way back that works without a person. That is the deployment circuit breaker.
"""

from policies.engine.rule import rule
from policies.reading.settings import differences
from policies.reading.stack import Block

_REQUIRED = {f"deployment_circuit_breaker.{key}": True for key in ("enable", "rollback")}


@rule("aws_ecs_service")
def judge(service: Block) -> list[str] | None:
    is_of_ecs = service.get("deployment_controller", "type") in {None, "ECS"}
    return differences(service, _REQUIRED) if is_of_ecs else None
