"""Containers must not hold a secret in their environment, commands or labels.

These are readable in the task definition, the console and the Terraform state. Pass a secret
through `secrets`, by the ARN of its store.
"""

from pay.containers.secrets import plain_secrets
from policies.engine.containers import containers
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: {where} holds a secret; move it to secrets"
        for each in containers(task_definition)
        for where, _ in plain_secrets(each)
    ]
