"""IAM policies must name their actions, not allow all actions of a service.

A wildcard also allows actions that AWS adds later and nobody has reviewed. A narrow resource does
not help: `dynamodb:*` on one table allows deleting the table.
"""

import re

from policies.engine.documents import IDENTITY_POLICIES, statements
from policies.engine.rule import rule
from policies.engine.stack import Block

_NAMED = re.compile(r"[a-z0-9-]+:[A-Za-z][A-Za-z0-9*?]*")


@rule(*IDENTITY_POLICIES)
def judge(policy: Block) -> list[str]:
    return [
        f"{action} is allowed"
        for statement in statements(policy, "policy")
        if statement.allows
        for action in statement.actions
        if not _NAMED.fullmatch(action)
    ]
