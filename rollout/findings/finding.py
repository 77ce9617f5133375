"""A finding of protective monitoring in the catalogue's words, whichever tool and format it has."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from pay.model import Side

NOT_IN_THE_CATALOGUE = "not in the catalogue"
"""The service of a finding that belongs to no known service."""

SHORT_ID = 10
"""Hexadecimal digits that a person types. Two of a million findings share them in one of two cases.
"""


def short_id(key: str) -> str:
    """Return the first hexadecimal digits of a key's SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:SHORT_ID]


class Tool(StrEnum):
    """The tool that reported it. Findings of each may arrive through Security Hub."""

    GUARDDUTY = "GuardDuty"
    SECURITY_HUB = "Security Hub"
    """Its own controls, and every product without a line here."""
    INSPECTOR = "Inspector"
    ECR = "ECR scan"


class FindingSeverity(StrEnum):
    """As AWS's tools rank findings, the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATIONAL = "informational"
    UNTRIAGED = "untriaged"
    """The tool has not ranked it yet (AWS: Inspector API reference, `Finding`)."""

    @property
    def is_high(self) -> bool:
        """Return whether it is critical or high, of which PCI DSS v4.0.1, 6.3.3 speaks."""
        return self in (FindingSeverity.CRITICAL, FindingSeverity.HIGH)

    @property
    def rank(self) -> int:
        """Return its place, 0 for the worst."""
        return tuple(FindingSeverity).index(self)


class FindingState(StrEnum):
    """The state that the tool, or the team, gives a finding now."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"


@dataclass(frozen=True, order=True)
class FindingPlace:
    """The part of our estate that a finding is about."""

    service: str
    """A name of the catalogue; of another workload, its own name."""
    side: Side | None = None
    """None: the finding does not say."""
    is_known: bool = True
    """False: the catalogue does not have the service."""

    def __str__(self) -> str:
        name = self.service if self.is_known else f"{self.service} ({NOT_IN_THE_CATALOGUE})"
        return f"{name} on {self.side}" if self.side else name


@dataclass(frozen=True, kw_only=True)
class SecurityFinding:
    """One finding. Two roads that lead to the same one give the same `key`."""

    tool: Tool
    key: str
    """The tool's own identifier."""
    kind: str
    """A type of GuardDuty, a vulnerability, or a control; a suppression names it."""
    title: str
    severity: FindingSeverity
    state: FindingState
    first_seen: datetime
    last_seen: datetime
    count: int | None = None
    """The number of times that it was seen; None if the tool does not count."""
    places: tuple[FindingPlace, ...] = ()
    """Empty: it belongs to nothing that runs here."""
    resource: str = ""
    """In the tool's words, for a finding without a place."""
    is_weakness: bool = True
    """True for a vulnerability, which can be abused; False where something happened."""
    repository: str | None = None
    """Of the image that it is in; None if it is not in an image."""
    runs: bool = True
    """False: an image that nothing here is started from."""
    has_fix: bool = True
    """False: there is nothing to install."""
    published: date | None = None
    """The day on which the vendor published a vulnerability; None if no day is known."""
    because: str | None = None
    """The reason of the suppression, in the tool's words."""

    @property
    def id(self) -> str:
        """Return what people type, as `short_id` makes it of the key."""
        return short_id(self.key)

    @property
    def services(self) -> tuple[str, ...]:
        """Return the services of the catalogue that it is about."""
        return tuple(dict.fromkeys(each.service for each in self.places if each.is_known))

    @property
    def where(self) -> str:
        """Return what it is about, in words."""
        if self.places:
            return ", ".join(map(str, self.places))
        return (
            f"{self.resource} ({NOT_IN_THE_CATALOGUE})" if self.resource else NOT_IN_THE_CATALOGUE
        )

    def joined(self, other: "SecurityFinding") -> "SecurityFinding":
        """Return this finding with the places that another road knows of it. Places with a side
        replace those without.
        """
        places = sorted({*self.places, *other.places}, key=str)
        sided = {each.service for each in places if each.side}
        kept = tuple(each for each in places if each.side or each.service not in sided)
        return replace(self, places=kept, runs=self.runs or other.runs)


def once_each(findings: Iterable[SecurityFinding]) -> tuple[SecurityFinding, ...]:
    """Return each finding once, as the first road that leads to it has it."""
    by_key: dict[str, SecurityFinding] = {}
    for each in findings:
        known = by_key.get(each.key)
        by_key[each.key] = known.joined(each) if known else each
    return tuple(by_key.values())
