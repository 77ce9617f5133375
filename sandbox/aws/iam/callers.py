"""The roles with which calls are made, by their access keys."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """The role with which a call was made."""

    account_id: str
    role_arn: str


CALLERS: dict[str, Caller] = {}
"""Access key id -> the assumed role that it was given to."""
