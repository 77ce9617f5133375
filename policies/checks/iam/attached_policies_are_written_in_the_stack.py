"""Policies that are attached are written in the same stack.

What a managed policy allows is not in these files: AWS widens its own (PowerUserAccess,
SecretsManagerReadWrite) without asking, and nobody reviews them here.
"""

from policies.engine.rule import rule
from policies.engine.stack import Block


@rule(
    "aws_iam_role_policy_attachment",
    "aws_iam_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
)
def judge(attachment: Block) -> list[str] | None:
    if attachment.stack.from_plan:
        # A plan shows the policy's ARN, no longer whose it is.
        return None
    policy = attachment.value("policy_arn")
    found = attachment.stack.find(policy)
    if found is not None and found.kind == "resource" and found.type == "aws_iam_policy":
        return []
    return [f"policy_arn is {policy!r}, not an aws_iam_policy of this stack"]
