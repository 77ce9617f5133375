"""Task definitions that tests of `RunTask` register."""

from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]
ACCOUNT = "222222222222"


def register(client: Client, family: str, **more: Any) -> str:
    """Return the ARN of a revision with an application and a sidecar."""
    log = {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": family,
            "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "migration",
        },
    }
    client("logs").create_log_group(logGroupName=family)
    registered = client("ecs").register_task_definition(
        **{
            "family": family,
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "cpu": "256",
            "memory": "512",
            "containerDefinitions": [
                {"name": "app", "image": "app:1", "essential": True, "logConfiguration": log},
                {"name": "nginx", "image": "nginx:1", "essential": False},
            ],
            **more,
        }
    )
    return str(registered["taskDefinition"]["taskDefinitionArn"])
