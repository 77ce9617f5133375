"""The gate's findings: results of rules, and problems that no rule or waiver covers."""

from dataclasses import dataclass
from typing import Literal

RuleOutcome = Literal["passed", "failed", "waived"]
Origin = Literal["checkov", "ours", "ours, over the estate"]


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one rule for one resource."""

    rule: str
    stack: str
    address: str
    file: str
    """Relative to the root that was judged."""
    first_line: int
    last_line: int
    outcome: RuleOutcome
    details: tuple[str, ...] = ()
    """The mistakes in this resource; empty for checkov's own checks, whose name is the message."""
    source: Literal["hcl", "plan"] = "hcl"
    waiver: str | None = None
    """The reason in the waiver that covers it."""


@dataclass(frozen=True, slots=True)
class GateProblem:
    """Something not read or not allowed, or an invalid waiver; no waiver can cover it."""

    kind: Literal["unread", "skip", "waiver", "suppression", "plan"]
    where: str
    what: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class RuleText:
    """The requirement and the reason of a rule, for messages and reports."""

    id: str
    what: str
    why: str
    origin: Origin
    requirements: tuple[str, ...] = ()

    def message(self, details: tuple[str, ...]) -> str:
        """Return the requirement, the mistakes, the reason and the requirement's number."""
        mistakes = f": {'; '.join(details)}" if details else ""
        why = f" {self.why}" if self.why else ""
        return f"{self.what}{mistakes}.{why} (PCI DSS v4.0.1 {', '.join(self.requirements)})"


def counted(number: int, what: str) -> str:
    """Return a number with its noun, as in `1 stack` or `2 stacks`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
