"""ECS Exec must be off inside the cardholder data environment and in production.

A shell in a running task is administrative access outside deployment and review.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_service", "aws_ecs_task_set")
def judge(service: Block) -> list[str]:
    enabled = service.value("enable_execute_command")
    if enabled in {None, False}:
        return []
    stack = service.stack
    if enabled is True and stack.scope != "inside" and not stack.is_production:
        return []
    return [f"enable_execute_command is {enabled!r}"]
