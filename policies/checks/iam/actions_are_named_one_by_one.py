"""IAM policies must name their actions, not allow all actions of a service.

A wildcard also allows actions that AWS adds later and nobody has reviewed. A narrow resource does
not help: `dynamodb:*` on one table allows deleting the table.
"""

import re

from policies.engine.documents import identity_rule

_NAMED = re.compile(r"[a-z0-9-]+:[A-Za-z][A-Za-z0-9*?]*")

judge = identity_rule(
    lambda statement: [
        f"{action} is allowed" for action in statement.actions if not _NAMED.fullmatch(action)
    ]
)
