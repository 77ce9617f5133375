"""One line of an examination."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What an examination says of one thing."""

    OK = "ok"
    FAILS = "fails"
    NOT_SHOWN = "not shown"
    """Nothing that reads can show it; it fails no examination."""


@dataclass(frozen=True)
class Line:
    """One thing that a plan or an apply needs."""

    check: str
    verdict: Verdict
    found: str
    fix: str = ""
    """What to do; empty when nothing is to be done."""


def ok(check: str, found: str) -> Line:
    """Return a line on what is as it should be."""
    return Line(check, Verdict.OK, found)


def fails(check: str, found: str, fix: str) -> Line:
    """Return a line on what would fail."""
    return Line(check, Verdict.FAILS, found, fix)


def not_shown(check: str, found: str, fix: str) -> Line:
    """Return a line on what only an apply shows."""
    return Line(check, Verdict.NOT_SHOWN, found, fix)
