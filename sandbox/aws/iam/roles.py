"""The permissions of the sandbox's roles: moto 5.2 checks none.

Source: AWS, IAM user guide, "Policy evaluation logic", for the inline policies of a role.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends

from pay.iam.document import Statement, read_policy
from pay.iam.patterns import includes, matches


def may_be_assumed_by(account: str, role_arn: str, service: str, source_arn: str) -> bool:
    """Return whether a role exists and lets a service of AWS assume it for this source."""
    role = _role(account, role_arn)
    context = {"aws:sourceaccount": account, "aws:sourcearn": source_arn}
    return role is not None and any(
        statement.allows
        and ("Service", service) in statement.principals
        and _holds(statement, context)
        for statement in read_policy(json.loads(role.assume_role_policy_document))
    )


def is_allowed(
    account: str, role_arn: str, action: str, resource: str, context: Mapping[str, str]
) -> bool:
    """Return whether a role may do something. `context`: condition key in lower case -> value."""
    fitting = [
        statement
        for statement in _statements(account, role_arn)
        if includes(statement.actions, action)
        and any(matches(pattern, resource) for pattern in statement.resources)
        and _holds(statement, context)
    ]
    return bool(fitting) and all(statement.allows for statement in fitting)


def _holds(statement: Statement, context: Mapping[str, str]) -> bool:
    """Return whether every condition names the value of the context."""
    return all(
        any(matches(value, context.get(key, "")) for value in values)
        for _, key, values in statement.comparisons
    )


def _statements(account: str, role_arn: str) -> Iterator[Statement]:
    role = _role(account, role_arn)
    for document in role.policies.values() if role else ():
        yield from read_policy(json.loads(document))


def _role(account: str, role_arn: str) -> Any:
    roles = iam_backends[account]["aws"].roles.values()
    return next((role for role in roles if role.arn == role_arn), None)
