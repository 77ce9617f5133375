"""Suppressions for what was false again and again, as environments/suppressions.toml has them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from pay.model import Side
from pay.model.watching.suppressions import LONGEST_OF_HIGH, Highest, Suppression, SuppressionTool
from rollout.findings.answer_record import AnswerRecord, FindingAnswer, FindingVerdict
from rollout.findings.finding import FindingSeverity, Tool, short_id
from rollout.findings.suppressed import ENTRY_OF

ENOUGH = 3
"""False ones of one kind at one place."""

LONGEST_REASON = 300
"""Characters."""

_OWNER = "technical lead of the platform team"


@dataclass(frozen=True)
class Proposal:
    """One kind of finding that was false at one place."""

    environment: str
    tool: Tool
    kind: str
    service: str
    side: Side | None
    closures: tuple[FindingAnswer, ...]
    today: date

    @property
    def count(self) -> int:
        return len(self.closures)

    @property
    def words(self) -> str:
        on = f" on {self.side}" if self.side else ""
        return f"{self.kind} ({self.tool}) of {self.service}{on} in {self.environment}"

    @property
    def entry(self) -> Suppression:
        """Return the suppression. Raises pydantic's ValidationError for a kind that no suppression
        may name, such as a finding about a user.
        """
        notes = [each.note for each in self.closures if each.note]
        words = f"{self.count} answers say that it is false. {notes[-1] if notes else ''}"
        worst = min((each.severity for each in self.closures), key=lambda each: each.rank)
        tool = ENTRY_OF[self.tool]
        return Suppression(
            tool=tool,
            finding=self.kind,
            environment=self.environment,
            service=self.service,
            side=None if tool is SuppressionTool.INSPECTOR else self.side,
            severity=Highest.__members__.get(worst.name, Highest.LOW),
            reason=words[:LONGEST_REASON].strip(),
            owner=_OWNER,
            expires=self.today + LONGEST_OF_HIGH,
            evidence=tuple(short_id(each.key) for each in self.closures),
        )

    @property
    def may_be(self) -> bool:
        """Return whether a suppression may name it."""
        try:
            return bool(self.entry)
        except ValidationError:
            return False

    @property
    def toml(self) -> str:
        """Return the entry. A person has to agree to its reason and its owner."""
        values = self.entry.model_dump(mode="json", exclude_defaults=True, exclude={"expires"})
        lines = (f"{name} = {json.dumps(value)}" for name, value in values.items())
        expires = f"expires = {self.entry.expires.isoformat()}"
        return "\n".join((f"[[{Suppression.noun}]]", *lines, expires))


def proposals(record: AnswerRecord, today: date) -> Iterator[Proposal]:
    """Yield a suppression for each kind that was closed as false ENOUGH times at one place. What is
    critical is never suppressed, and what belongs to no service has no scope.
    """
    groups: dict[tuple[str, Tool, str, str, Side | None], list[FindingAnswer]] = {}
    for environment, answers in record.items():
        for each in answers:
            if (
                each.verdict is FindingVerdict.FALSE
                and each.severity is not FindingSeverity.CRITICAL
            ):
                for service in each.services:
                    place = (environment, each.tool, each.kind, service, each.side)
                    groups.setdefault(place, []).append(each)
    for (environment, tool, kind, service, side), closures in groups.items():
        proposal = Proposal(environment, tool, kind, service, side, tuple(closures), today)
        if proposal.count >= ENOUGH and proposal.may_be:
            yield proposal
