"""Containers hold no secret in their environment, their commands or their labels.

All of these are readable in the task definition, in the console and in Terraform's state; a secret
comes through `secrets`, by the ARN of its store.
"""

from pay.containers.secrets import plain_secrets
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: {where} belongs under secrets"
        for each in containers(task_definition)
        for where, _ in plain_secrets(each)
    ]
