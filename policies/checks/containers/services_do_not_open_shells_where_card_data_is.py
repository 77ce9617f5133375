"""ECS Exec must be off inside the cardholder data environment and in production.

A shell in a running task is administrative access outside deployment and review.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_ecs_service", "aws_ecs_task_set")
def judge(service: Block) -> list[str]:
    enabled = service.get("enable_execute_command")
    may_be_enabled = service.stack.scope != "inside" and not service.stack.is_production
    if enabled in {None, False} or (enabled is True and may_be_enabled):
        return []
    return [f"enable_execute_command is {enabled!r}"]
