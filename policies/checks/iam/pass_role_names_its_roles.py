"""`iam:PassRole` must name the roles that may be passed and the service that receives them.

A principal that may pass any role to a task has the rights of every role.
"""

from pay.iam.document import Statement
from pay.iam.patterns import includes, is_open_resource
from policies.engine.documents import identity_rule


@identity_rule
def judge(statement: Statement) -> list[str]:
    if not includes(statement.actions, "iam:PassRole"):
        return []
    problems = [f"any role may be passed: {r}" for r in statement.resources if is_open_resource(r)]
    if not statement.is_bound_to("iam:PassedToService"):
        problems.append("the role may be passed to any service: iam:PassedToService names none")
    return problems
