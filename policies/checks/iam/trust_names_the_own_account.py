"""Roles can be assumed by the own account and for the own account only.

Whoever may assume a role from another account has its rights without any of our controls. And
without `aws:SourceAccount` or `aws:SourceArn` in the trust policy, the ECS service could be made to
use the role for somebody else's task (the confused deputy).
"""

from pay.iam.document import Statement
from policies.engine.documents import is_own, statements
from policies.engine.rule import rule
from policies.engine.stack import Block, Stack

_DEPUTIES = {
    "ecs-tasks.amazonaws.com",
    "scheduler.amazonaws.com",
    "events.amazonaws.com",
    "codebuild.amazonaws.com",
}


@rule("aws_iam_role")
def judge(role: Block) -> list[str]:
    problems = []
    for statement in statements(role, "assume_role_policy"):
        for kind, principal in statement.principals if statement.allows else ():
            if kind != "Service" and not is_own(role.stack, principal):
                problems.append(f"{principal} is not of this account and may assume the role")
            if principal in _DEPUTIES and not _is_for_the_own_account(statement, role.stack):
                problems.append(f"{principal} may assume the role for any account")
    return problems


def _is_for_the_own_account(statement: Statement, stack: Stack) -> bool:
    sources = map(statement.limited_to, ("aws:SourceAccount", "aws:SourceArn"))
    return any(found and all(is_own(stack, each) for each in found) for found in sources)
