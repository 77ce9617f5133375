"""Suppressions for what was false again and again, as environments/suppressions.toml has them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pay.model import Side
from rollout.findings.answers import Answer, Record, Verdict
from rollout.findings.finding import Severity, Tool, short_id

ENOUGH = 3
"""False ones of one kind at one place."""

LIFE = timedelta(days=90)
"""The longest of a suppression of a high finding; one that nobody needs ends soon."""

_OWNER = "technical lead of the platform team"


@dataclass(frozen=True)
class Proposal:
    """One kind of finding that was false at one place."""

    environment: str
    tool: Tool
    kind: str
    service: str
    side: Side | None
    closures: tuple[Answer, ...]
    today: date

    @property
    def count(self) -> int:
        return len(self.closures)

    @property
    def words(self) -> str:
        on = f" on {self.side}" if self.side else ""
        return f"{self.kind} ({self.tool}) of {self.service}{on} in {self.environment}"

    @property
    def toml(self) -> str:
        """Return the entry. A reader has to agree to its reason and its owner."""
        notes = [each.note for each in self.closures if each.note]
        reason = f"False {self.count} times. {notes[-1] if notes else ''}".strip()
        values = {
            "tool": self.tool.name.lower(),
            "finding": self.kind,
            "environment": self.environment,
            "service": self.service,
            **({"side": self.side.value} if self.side else {}),
            "reason": reason,
            "owner": _OWNER,
        }
        lines = [
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()
        ]
        evidence = json.dumps([short_id(each.key) for each in self.closures])
        ends = f"expires = {(self.today + LIFE).isoformat()}"
        return "\n".join(("[[suppression]]", *lines, ends, f"evidence = {evidence}"))


def proposals(record: Record, today: date) -> Iterator[Proposal]:
    """Yield a suppression for each kind that was closed as false ENOUGH times at one place. What is
    critical is never suppressed, and what belongs to no service has no scope.
    """
    groups: dict[tuple[str, Tool, str, str, Side | None], list[Answer]] = {}
    for environment, answers in record.items():
        for each in answers:
            if each.verdict is Verdict.FALSE and each.severity is not Severity.CRITICAL:
                for service in each.services:
                    place = (environment, each.tool, each.kind, service, each.side)
                    groups.setdefault(place, []).append(each)
    for (environment, tool, kind, service, side), closures in groups.items():
        if len(closures) >= ENOUGH:
            yield Proposal(environment, tool, kind, service, side, tuple(closures), today)
