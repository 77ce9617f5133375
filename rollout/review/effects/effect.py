"""One effect of a change, in words."""

from dataclasses import dataclass
from enum import IntEnum


class Concern(IntEnum):
    """The subject of an effect; the first is read first."""

    DELETION = 0
    EXPOSURE = 1
    CAPACITY = 2
    RETENTION = 3
    RELEASE = 4
    OTHER = 5


@dataclass(frozen=True)
class Effect:
    """One effect of one resource's change."""

    concern: Concern
    text: str
    """Such as `loses 2 of 4 tasks`. Equal texts of several resources appear once."""
    type: str
    """The resource's type."""
    address: str
    subject: str = ""
    """The resource's name, where the text does not say it."""
    is_harm: bool = False
    """True when something is less, shorter, wider open or deleted afterwards."""
    attribute: str = ""
    """The attribute that it describes; empty for the resource as a whole."""
