"""Containers hold no secret in their environment.

The value of an environment variable is readable in the task definition, in the console and in
Terraform's state; a secret comes through `secrets`, by the ARN of its store.
"""

from policies.containers import containers, pairs
from policies.rule import rule
from policies.stack import Block
from rollout.plans.secrets import why_secret


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable's name or value says that it holds a secret; the plan guard's judgement,
    so that both refuse the same.
    """
    return why_secret(name, value) is not None


@rule("aws_ecs_task_definition")
def judge(task_definition: Block) -> list[str]:
    return [
        f"container {each['name']}: {variable.get('name')} belongs under secrets"
        for each in containers(task_definition)
        for variable in pairs(each, "environment")
        if looks_secret(str(variable.get("name", "")), str(variable.get("value", "")))
    ]
