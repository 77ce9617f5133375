"""One line of an examination."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The verdict of an examination about one thing."""

    OK = "ok"
    FAILS = "fails"
    NOT_SHOWN = "not shown"
    """Nothing that reads can show it; it fails no examination."""


@dataclass(frozen=True)
class Line:
    """One thing that a plan or an apply needs."""

    check: str
    verdict: Verdict
    shown: str
    fix: str = ""
    """The steps to take; empty when nothing has to be done."""


def ok(check: str, shown: str) -> Line:
    """Return a line on what is as it should be."""
    return Line(check, Verdict.OK, shown)


def fails(check: str, shown: str, fix: str) -> Line:
    """Return a line on what would fail."""
    return Line(check, Verdict.FAILS, shown, fix)


def not_shown(check: str, shown: str, fix: str) -> Line:
    """Return a line on what only an apply shows."""
    return Line(check, Verdict.NOT_SHOWN, shown, fix)
