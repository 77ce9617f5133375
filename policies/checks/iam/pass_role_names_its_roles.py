"""`iam:PassRole` must name the roles that may be passed and the service that receives them.

A principal that may pass any role to a task has the rights of every role.
"""

from pay.iam.resources import is_open_resource
from policies.engine.documents import IDENTITY_POLICIES, may, statements
from policies.engine.rule import rule
from policies.engine.stack import Block


@rule(*IDENTITY_POLICIES)
def judge(policy: Block) -> list[str]:
    problems = []
    for statement in statements(policy, "policy"):
        if not statement.allows or not may("iam:PassRole", statement.actions):
            continue
        problems += [
            f"any role may be passed: {r}" for r in statement.resources if is_open_resource(r)
        ]
        services = statement.limited_to("iam:PassedToService")
        if not services or any("*" in each for each in services):
            problems.append("iam:PassedToService does not name a service")
    return problems
