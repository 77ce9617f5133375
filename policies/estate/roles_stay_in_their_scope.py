"""Systems outside the cardholder data environment must not share a role with systems inside.

A shared role is shared access: rights given to one system are given to both.
"""

from collections.abc import Iterator

from policies.engine.rule import estate_rule
from policies.engine.shared_across_scopes import shared_with_the_inside
from policies.engine.stack import Block, Stack

_USERS = {
    "aws_ecs_task_definition": ("execution_role_arn", "task_role_arn"),
    "aws_ecs_service": ("iam_role",),
    "aws_iam_instance_profile": ("role",),
    "aws_synthetics_canary": ("execution_role_arn",),
}


@estate_rule
def judge(stacks: list[Stack]) -> Iterator[tuple[Block, list[str]]]:
    return shared_with_the_inside(stacks, _roles)


def _roles(stack: Stack) -> Iterator[tuple[Block, str]]:
    for kind in ("resource", "data"):
        for block in stack.of("aws_iam_role", kind=kind):
            if isinstance(name := block.value("name"), str):
                yield block, name
    for type_, keys in _USERS.items():
        for block in stack.of(type_):
            for key in keys:
                role = block.value(key)
                if isinstance(role, str) and role.startswith("arn:"):
                    yield block, role.rsplit("/", 1)[-1]
