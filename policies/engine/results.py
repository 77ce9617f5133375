"""What the gate found: results of rules, and problems of reading that no rule can answer."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["passed", "failed", "waived"]


@dataclass(frozen=True, slots=True)
class Result:
    """One rule's answer about one resource."""

    rule: str
    stack: str
    address: str
    file: str
    """Relative to the root that was judged."""
    first_line: int
    last_line: int
    outcome: Outcome
    details: tuple[str, ...] = ()
    """What exactly is wrong here; empty for checkov's own checks, whose name says it."""
    source: Literal["hcl", "plan"] = "hcl"
    waiver: str | None = None
    """The reason of the waiver that covers it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read, or a waiver that does not hold: no waiver can cover it."""

    kind: Literal["unread", "skip", "waiver", "plan"]
    where: str
    what: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule demands and why, for messages and reports."""

    id: str
    what: str
    why: str
    origin: Literal["checkov", "ours", "ours, over the estate"]
    requirements: tuple[str, ...]

    def message(self, details: tuple[str, ...]) -> str:
        """What is wrong, why it matters, and the requirement's number."""
        found = f": {'; '.join(details)}" if details else ""
        why = f" {self.why}" if self.why else ""
        return f"{self.what}{found}.{why} (PCI DSS v4.0.1 {', '.join(self.requirements)})"


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 stack`, `2 stacks`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
