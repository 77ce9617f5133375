"""Reads the IAM policies in a plan, which are JSON text of an attribute."""

from pay.iam.document import Statement, read_policy
from pay.json_text import parsed


def statements_of(policy: object) -> tuple[Statement, ...]:
    """Return the statements of a policy's JSON text; none without a text. Raises Unread."""
    return () if policy in (None, "") else read_policy(parsed(policy))
