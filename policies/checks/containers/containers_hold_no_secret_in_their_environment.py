"""Containers must not hold a secret in their environment, commands or labels.

These are readable in the task definition, the console and the Terraform state. Pass a secret
through `secrets`, by the ARN of its store.
"""

from pay.containers.secrets import plain_secrets
from pay.secrets.values import why_secret
from policies.engine.containers import Container, containers, pairs, table
from policies.engine.rule import Unread, rule
from policies.engine.stack import Block


def looks_secret(name: str, value: str) -> bool:
    """Return whether a variable's name or value shows a secret; the plan guard judges the same."""
    return why_secret(name, value) is not None


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: {where} holds a secret; move it to secrets"
        for each in containers(task_definition)
        for where, _ in plain_secrets(_readable(each))
    ]


def _readable(container: Container) -> Container:
    """Return the container.

    Raises Unread where a secret could hide in a form that no rule judges.
    """
    pairs(container, "environment")
    health_check, _ = table(container, "healthCheck"), table(container, "dockerLabels")
    for command in (
        container.get("command"),
        container.get("entryPoint"),
        health_check.get("command"),
    ):
        words = command if isinstance(command, list) else [command]
        if not all(word is None or isinstance(word, str | int | float) for word in words):
            raise Unread(f"container {container['name']}: command is not text: {command!r:.80}")
    return container
