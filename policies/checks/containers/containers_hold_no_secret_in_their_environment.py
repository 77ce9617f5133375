"""Containers hold no secret in their environment, their commands or their labels.

All of these are readable in the task definition, in the console and in Terraform's state; a secret
comes through `secrets`, by the ARN of its store.
"""

from pay.containers.secrets import plain_secrets
from pay.secrets.values import why_secret
from policies.engine.containers import Container, containers, pairs, table
from policies.engine.rule import Unread, rule
from policies.engine.stack import Block


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable's name or value says that it holds a secret; the plan guard's judgement,
    so that both refuse the same.
    """
    return why_secret(name, value) is not None


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: {where} belongs under secrets"
        for each in containers(task_definition)
        for where, _ in plain_secrets(_readable(each))
    ]


def _readable(container: Container) -> Container:
    """The container; raises Unread where a secret could hide in a form that is not judged."""
    pairs(container, "environment")
    health_check, _ = table(container, "healthCheck"), table(container, "dockerLabels")
    for command in (
        container.get("command"),
        container.get("entryPoint"),
        health_check.get("command"),
    ):
        words = command if isinstance(command, list) else [command]
        if not all(word is None or isinstance(word, str | int | float) for word in words):
            raise Unread(f"container {container['name']}: a command is {command!r:.80}")
    return container
