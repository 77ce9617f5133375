"""Refuses calls to a repository of another account, unless its policy names the caller.

On AWS the caller's own policies also have to allow the call; the sandbox has none. Sources: AWS,
ECR user guide, "Private repository policies"; IAM user guide, "Policy evaluation logic",
cross-account.
"""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.models import ECRBackend, Repository

from pay.iam.document import Statement, read_policy
from pay.iam.patterns import includes, matches
from sandbox.aws.iam.callers import Caller


class AccessDeniedException(ServiceException):
    code = "AccessDeniedException"


def require(backend: ECRBackend, caller: Caller, action: str, repository: str | None) -> None:
    """Raise AccessDeniedException unless the caller may use this repository."""
    if caller.account_id == backend.account_id:
        return
    stored = backend.repositories.get(repository or "")
    if stored is None or not any(_allows(each, caller, action) for each in _statements(stored)):
        arn = f"arn:aws:ecr:{backend.region_name}:{backend.account_id}:repository/{repository}"
        raise AccessDeniedException(
            f"User: {caller.role_arn} is not authorized to perform: {action} on resource: {arn} "
            f"because no resource-based policy allows the {action} action"
        )


def _statements(repository: Repository) -> Iterator[Statement]:
    if repository.policy:
        yield from read_policy(json.loads(repository.policy))


def _allows(statement: Statement, caller: Caller, action: str) -> bool:
    names = (caller.role_arn, caller.account_id, f"arn:aws:iam::{caller.account_id}:root", "*")
    named = any(kind == "AWS" and name in names for kind, name in statement.principals)
    return (
        statement.allows
        and named
        and includes(statement.actions, action)
        and all(_holds(*each, caller) for each in statement.comparisons)
    )


def _holds(operator: str, key: str, values: tuple[str, ...], caller: Caller) -> bool:
    """Return whether a condition on the caller holds; one on anything else does not."""
    known: dict[str, Any] = {
        "aws:principalarn": caller.role_arn,
        "aws:principalaccount": caller.account_id,
    }
    if key not in known or operator not in ("StringEquals", "StringLike", "ArnEquals", "ArnLike"):
        return False
    return any(matches(value, known[key]) for value in values)
