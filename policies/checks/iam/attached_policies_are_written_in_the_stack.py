"""Attached policies must be defined in the same stack.

These files do not show what a managed policy allows. AWS extends its own policies
(PowerUserAccess, SecretsManagerReadWrite) without notice or review here.
"""

from pay.iam.policy_arguments import IDENTITY_POLICIES
from policies.engine.rule import rule
from policies.reading.stack import Block


@rule(*(f"{each}_attachment" for each in IDENTITY_POLICIES))
def judge(attachment: Block) -> list[str] | None:
    if attachment.stack.from_plan:
        # A plan shows the policy's ARN, but not where the policy is defined.
        return None
    policy = attachment.get("policy_arn")
    source = attachment.stack.find(policy)
    if source is not None and source.kind == "resource" and source.type == "aws_iam_policy":
        return []
    return [f"policy_arn is {policy!r}, not an aws_iam_policy of this stack"]
