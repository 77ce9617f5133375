"""The tokens of CloudWatch's pages: what stands after a token is the next page."""

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException


class InvalidNextToken(CloudWatchException):
    """API reference, `GetMetricData`, `DescribeAlarms` and others: "Errors"."""

    code = "InvalidNextToken"


def skipped(asked: Mapping[str, Any]) -> int:
    """Return how much earlier pages had; raises InvalidNextToken."""
    token = asked.get("NextToken")
    if token is None:
        return 0
    if not (token.isascii() and token.isdigit()):
        raise InvalidNextToken("The next token specified is invalid.")
    return int(token)
