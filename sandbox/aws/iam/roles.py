"""The permissions of the sandbox's roles, by their inline policies."""

from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends

from sandbox.aws.iam import policies


def may_be_assumed_by(account: str, role_arn: str, service: str, source_arn: str) -> bool:
    """Return whether a role exists and lets a service of AWS assume it for this source."""
    role = _role(account, role_arn)
    return role is not None and policies.is_allowed(
        [role.assume_role_policy_document],
        "sts:AssumeRole",
        by=[("Service", service)],
        context={"aws:sourceaccount": account, "aws:sourcearn": source_arn},
    )


def is_allowed(
    account: str, role_arn: str, action: str, resource: str, context: Mapping[str, str]
) -> bool:
    """Return whether a role may do something. `context`: condition key in lower case -> value."""
    role = _role(account, role_arn)
    documents = role.policies.values() if role else ()
    return policies.is_allowed(documents, action, on=resource, context=context)


def _role(account: str, role_arn: str) -> Any:
    roles = iam_backends[account]["aws"].roles.values()
    return next((role for role in roles if role.arn == role_arn), None)
