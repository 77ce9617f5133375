"""Systems outside the cardholder data environment must not share a role with systems inside.

A shared role is shared access. Rights given to one system are given to both.
"""

from policies.engine.shared_across_scopes import Names, sharing_rule
from policies.reading.stack import SynthesisedStack

_USERS = {
    "aws_ecs_task_definition": ("execution_role_arn", "task_role_arn"),
    "aws_ecs_service": ("iam_role",),
    "aws_iam_instance_profile": ("role",),
    "aws_synthetics_canary": ("execution_role_arn",),
}


@sharing_rule
def judge(stack: SynthesisedStack) -> Names:
    for block in stack.of("aws_iam_role", "data.aws_iam_role"):
        if isinstance(name := block.get("name"), str):
            yield block, name
    for type_, keys in _USERS.items():
        for block in stack.of(type_):
            for key in keys:
                role = block.get(key)
                if isinstance(role, str) and role.startswith("arn:"):
                    yield block, role.rsplit("/", 1)[-1]
