"""The answer of one part of a judgement."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from pydantic import Field

from pay.model.base import Model


class Verdict(StrEnum):
    """The verdict on a stage by its data."""

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_ENOUGH_DATA = "NOT ENOUGH DATA"


class JudgeExitCode(IntEnum):
    """The exit codes of `pay judge`; 2 is wrong use, or AWS not reached."""

    PASS = 0
    FAIL = 1
    NOT_ENOUGH_DATA = 3
    ESCALATED = 4


class Part(Model):
    """One part's verdict, with the numbers that it rests on."""

    verdict: Verdict
    reason: str
    """One sentence: what was seen."""
    needs: str | None = None
    """The data missing for PASS, for example `24 more Fargate requests without error`."""
    wait_minutes: float | None = Field(default=None, ge=0)
    """Until that is there, at the rate of now. None: nobody knows."""
    sees: str | None = None
    """The fault that it would have detected, and its time: `5 times the errors in 111 min`."""
    escalate: bool = False
    """More data of the same kind would not end the doubt, so a person decides."""
    fail_minute: int | None = Field(default=None, ge=1)
    """The minute, from the first one on, after which the part fails. It never passes again."""
    e_values: Mapping[str, float] = {}
    """The strength of the evidence against a harmless, or a harmful, explanation."""
    numbers: Mapping[str, float] = {}
    """The counts, and the limits that follow from them; rates are parts of 1."""

    @property
    def exit_code(self) -> JudgeExitCode:
        if self.escalate and self.verdict is Verdict.NOT_ENOUGH_DATA:
            return JudgeExitCode.ESCALATED
        return JudgeExitCode[self.verdict.name]
