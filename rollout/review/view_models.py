"""The parts of a review, ready to be written as Markdown or HTML."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class ReviewLine:
    """One thing that changes."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class ResourceLines:
    """A resource that changes, attribute by attribute."""

    address: str
    how: str
    """`changed in place`, `replaced because of image` and so on."""
    lines: tuple[ReviewLine, ...]


@dataclass(frozen=True)
class ContainerLines:
    """A container that changes, field by field."""

    container: str
    how: str
    lines: tuple[ReviewLine, ...]


class Area(StrEnum):
    """The kinds of change to security."""

    IAM = "IAM"
    SECURITY_GROUPS = "Security groups"
    EXPOSURE = "Exposure"
    ENCRYPTION = "Encryption"
    HARDENING = "Hardening of containers and instances"
    LOGS = "Logs"


@dataclass(frozen=True)
class SecurityLine:
    """One security-relevant change."""

    area: Area
    stack: str
    address: str
    text: str
    is_new: bool
    """True when this plan creates the resource, which changes nothing that runs."""
