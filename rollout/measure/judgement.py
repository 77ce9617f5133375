"""One judgement of a service: what was asked, what was seen, and the verdict."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pay.model import Stage
from pay.model.base import Model
from pay.model.judging.part import JudgeExitCode, Part, Verdict
from pay.model.judging.verdict import PATIENCE, overall
from pay.model.problem import Problem
from pay.model.stage.parts import PartName

RULES = "2026-11"
"""The version of the rules by which an old verdict was judged."""


class Judgement(Model):
    """The verdict on a service at its stage."""

    rules: str = RULES
    environment: str
    service: str
    stage: Stage
    weights: str
    """EC2's and Fargate's, as the journal writes them."""
    since: datetime
    """The time when the service reached its stage."""
    start: datetime
    """The time when clients had followed, or when the newest deployment of a side began."""
    end: datetime
    """Up to which minute the metrics are complete."""
    parts: Mapping[PartName, Part]
    verdict: Verdict
    """That of the parts together."""

    def problems(self) -> Iterator[Problem]:
        if self.verdict is not overall(self.parts):
            yield Problem(
                key="verdict",
                found=self.verdict,
                allowed=f"{overall(self.parts)}, which the parts make together",
            )

    @property
    def escalate(self) -> bool:
        """Return whether waiting does not end the doubt, so that a person decides."""
        if self.verdict is not Verdict.NOT_ENOUGH_DATA:
            return False
        return self.is_late or any(part.escalate for part in self.parts.values())

    @property
    def is_late(self) -> bool:
        """Return whether the stage had its time."""
        return self.end - self.start >= PATIENCE

    def enough_at(self, part: Part) -> datetime | None:
        """Return when a part has what it needs, at the rate of now; None if nobody knows."""
        wait = part.wait_minutes
        return None if wait is None else self.end + timedelta(minutes=wait)

    def reasons(self, verdict: Verdict) -> str:
        """Return what the parts with a verdict saw, in one line."""
        parts = self.parts.items()
        return "; ".join(
            f"{name}: {part.reason}" for name, part in parts if part.verdict is verdict
        )

    def line(self) -> str:
        """Return the judgement as a line of a file."""
        return self.model_dump_json(exclude_defaults=True) + "\n"

    @property
    def exit_code(self) -> JudgeExitCode:
        return JudgeExitCode.ESCALATED if self.escalate else JudgeExitCode[self.verdict.name]
