"""A refusal and its reasons, as every command reports them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One reason to refuse, or to warn, and what to do about it."""

    gate: str
    """The name of the check."""
    reason: str
    fix: str
    brief: str = ""
    """The reason in a few words, for a table."""
    refuses: bool = True
    """False: it only warns."""


class Refused(Exception):
    """A command refuses what it was asked to do; nothing was written."""

    def __init__(self, what: str, findings: Sequence[Finding]) -> None:
        """`what` names the act that is refused."""
        self.what = what
        self.findings = tuple(findings)
        super().__init__(what)


class Failed(Exception):
    """A command could not finish; the message says what happened and what to do."""
