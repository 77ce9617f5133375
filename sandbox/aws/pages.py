"""The tokens of CloudWatch's pages. A token is the number of items on earlier pages."""

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.exceptions import CloudWatchException


class InvalidNextToken(CloudWatchException):
    """API reference, `GetMetricData`, `DescribeAlarms` and others: "Errors"."""

    code = "InvalidNextToken"


def skipped(asked: Mapping[str, Any]) -> int:
    """Return the number of items on earlier pages; raises InvalidNextToken."""
    token = asked.get("NextToken")
    if token is None:
        return 0
    if not (token.isascii() and token.isdigit()):
        raise InvalidNextToken("The next token specified is invalid.")
    return int(token)
