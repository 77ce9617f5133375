"""Roles must get their rights from policy resources, not from arguments of the role.

Neither checkov nor the rules on policies read `inline_policy` and `managed_policy_arns`. An
`aws_iam_role_policy` grants the same and is read.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_iam_role")
def judge(role: Block) -> list[str] | None:
    if role.stack.from_plan:
        # A plan lists there everything that AWS has, including separate policy resources.
        return None
    return [
        f"{argument} is set; write an aws_iam_role_policy"
        for argument in ("inline_policy", "managed_policy_arns")
        if role.strings(argument)
    ]
