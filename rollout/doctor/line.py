"""One line of an examination."""

from dataclasses import dataclass
from enum import StrEnum


class DoctorVerdict(StrEnum):
    """The verdict of an examination about one thing."""

    OK = "ok"
    FAILS = "fails"
    NOT_SHOWN = "not shown"
    """Nothing that reads can show it; it fails no examination."""


@dataclass(frozen=True)
class DoctorLine:
    """One thing that a plan or an apply needs."""

    check: str
    verdict: DoctorVerdict
    shown: str
    fix: str = ""
    """The steps to take; empty when nothing has to be done."""


def ok(check: str, shown: str) -> DoctorLine:
    """Return a line on what is as it should be."""
    return DoctorLine(check, DoctorVerdict.OK, shown)


def fails(check: str, shown: str, fix: str) -> DoctorLine:
    """Return a line on what would fail."""
    return DoctorLine(check, DoctorVerdict.FAILS, shown, fix)


def not_shown(check: str, shown: str, fix: str) -> DoctorLine:
    """Return a line on what only an apply shows."""
    return DoctorLine(check, DoctorVerdict.NOT_SHOWN, shown, fix)
