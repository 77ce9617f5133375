"""What `pay promote` answers, and what a person gives it in place of a verdict."""

from tests.support.checkout import Answer

MEASURED = ("--evidence", "errors 0 in 5,000 requests")
AGREED = (*MEASURED, "--approver", "service-owner")
"""What takes the place of a verdict in production, where no account answers."""


def refused(answer: Answer) -> dict[str, str]:
    """The reason of each gate that refused."""
    code, data = answer
    assert code == 1, data
    return {f["gate"]: f["reason"] for f in data["findings"] if f["refuses"]}


def warned(answer: Answer) -> set[str]:
    code, data = answer
    assert code == 0, data
    return {finding["gate"] for finding in data["warnings"]}
