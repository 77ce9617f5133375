"""Asks what protective monitoring says of a service that a promotion would move on."""

from dataclasses import dataclass

from pay.model import Side


@dataclass(frozen=True)
class OpenFinding:
    """An open critical or high finding on a side of the service."""

    id: str
    """As `pay findings` prints it."""
    what: str
    """Tool, severity and title."""
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Watched:
    """The open findings that hold a promotion, and the tools about which nobody knows."""

    findings: tuple[OpenFinding, ...] = ()
    unread: tuple[str, ...] = ()


NOTHING_WATCHED = Watched()
"""Nobody watches the account, so nothing is asked."""
