"""The state of a thing that this project did not create: on, off, or not ours to see."""

from enum import StrEnum

_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "UnauthorizedOperation",
        "WAFAccessDeniedException",
    }
)
"""The answers of AWS's services to a caller without the right (AWS: API references, common errors).
"""


class SeenState(StrEnum):
    """The state of a thing."""

    ON = "on"
    OFF = "off"
    NOT_OURS = "not ours to see"
    """AWS denied the question: it may be on, and is never called off."""


def is_denied(code: str) -> bool:
    """Return whether an error code of AWS says that the caller may not ask."""
    return code in _DENIED


def fix_of_denial(operation: str) -> str:
    """Return what to do about a denied call of AWS."""
    return f"allow your role {operation}, or ask somebody who sees it"
