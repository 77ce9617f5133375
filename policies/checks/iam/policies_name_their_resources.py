"""IAM policies must name the resources of every action that takes one.

A role needs its own queues, tables and log groups, not those of every service. Actions that take no
resource are those of the service authorization reference. `ecs:cluster` or `kms:ViaService` may
name what the resource does not.
"""

from pay.iam.document import Statement
from pay.iam.patterns import BOUND_BY, is_open_resource
from policies.engine.actions import taking_a_resource
from policies.engine.documents import identity_rule


@identity_rule
def judge(statement: Statement) -> list[str]:
    open_resources = [each for each in statement.resources if is_open_resource(each)]
    if not open_resources:
        return []
    return [
        f"{', '.join(taking[:3])}{' and more' if taking[3:] else ''} is allowed on {resource}"
        for pattern in statement.actions
        if not _is_bound(statement, pattern) and (taking := taking_a_resource(pattern))
        for resource in open_resources
    ]


def _is_bound(statement: Statement, action: str) -> bool:
    key = BOUND_BY.get(action.lower().partition(":")[0])
    return key is not None and statement.is_bound_to(key)
