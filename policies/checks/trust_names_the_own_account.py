"""Roles for ECS tasks can be assumed for the own account only.

Without `aws:SourceAccount` or `aws:SourceArn` in the trust policy, the ECS service could be made to
use the role for somebody else's task (the confused deputy).
"""

from policies.documents import Statement, statements
from policies.rule import rule
from policies.stack import Block

_DEPUTIES = {
    ("Service", "ecs-tasks.amazonaws.com"),
    ("Service", "scheduler.amazonaws.com"),
    ("Service", "events.amazonaws.com"),
    ("Service", "codebuild.amazonaws.com"),
}


@rule("aws_iam_role")
def judge(role: Block) -> list[str]:
    return [
        f"{principal} may assume the role for any account"
        for statement in statements(role, "assume_role_policy")
        if statement.allows
        for kind, principal in statement.principals
        if (kind, principal) in _DEPUTIES and not _names_account(statement)
    ]


def _names_account(statement: Statement) -> bool:
    return bool(statement.condition("aws:SourceAccount") or statement.condition("aws:SourceArn"))
