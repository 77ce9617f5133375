"""Roles must be assumable only from, and for, their own account.

A principal of another account would hold the role's rights outside our controls. The trust policy
must name `aws:SourceAccount` or `aws:SourceArn`. Otherwise ECS could be made to use the role for
another account's task (the confused deputy).
"""

from pay.iam.document import Statement
from policies.engine.documents import allowing, is_own
from policies.engine.rule import rule
from policies.reading.stack import Block, SynthesisedStack

_DEPUTIES = {
    "ecs-tasks.amazonaws.com",
    "scheduler.amazonaws.com",
    "events.amazonaws.com",
    "codebuild.amazonaws.com",
}


@rule("aws_iam_role")
def judge(role: Block) -> list[str]:
    problems = []
    for statement in allowing(role, "assume_role_policy"):
        for kind, principal in statement.principals:
            if kind != "Service" and not is_own(role.stack, principal):
                problems.append(f"{principal} belongs to another account and may assume the role")
            if principal in _DEPUTIES and not _is_for_the_own_account(statement, role.stack):
                problems.append(f"{principal} may assume the role for any account")
    return problems


def _is_for_the_own_account(statement: Statement, stack: SynthesisedStack) -> bool:
    sources = map(statement.limited_to, ("aws:SourceAccount", "aws:SourceArn"))
    return any(values and all(is_own(stack, each) for each in values) for values in sources)
