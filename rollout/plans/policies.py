"""The IAM policies in a plan: JSON text of an attribute."""

from pay.iam.document import Statement, read_policy
from pay.json_text import parsed


def statements_of(policy: object) -> tuple[Statement, ...]:
    """The statements of a policy's JSON text; none for no text.

    Raises Unread.
    """
    return () if policy in (None, "") else read_policy(parsed(policy))
