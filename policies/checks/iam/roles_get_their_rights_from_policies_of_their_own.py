"""Roles get their rights from policy resources, never from arguments of the role.

`inline_policy` and `managed_policy_arns` say what a role may do where neither checkov nor the rules
about policies read it; an `aws_iam_role_policy` says the same and is read.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule("aws_iam_role")
def judge(role: Block) -> list[str] | None:
    if role.stack.from_plan:
        # A plan shows there what AWS has, policies of their own included.
        return None
    return [
        f"{argument} is set; write an aws_iam_role_policy"
        for argument in ("inline_policy", "managed_policy_arns")
        if role.strings(argument)
    ]
