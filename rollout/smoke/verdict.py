"""The verdict of smoke tests on a side: passed, failed, or not known."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum, StrEnum

from pydantic import AwareDatetime

from pay.model import Side
from pay.model.base import Model
from pay.model.smoke import ThirdParty


class Outcome(StrEnum):
    """Three values: what did not run has not passed."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    NOT_KNOWN = "NOT KNOWN"


class SmokeExitCode(IntEnum):
    """The exit codes of `pay smoke`, as those of `pay judge`; 2 is wrong use."""

    PASSED = 0
    FAILED = 1
    NOT_KNOWN = 3


class ScenarioOutcome(Model):
    """The results of the runs of one scenario."""

    scenario: str
    outcome: Outcome
    reason: str = ""
    """The reason why it has not passed."""
    third_party: ThirdParty | None = None
    """The company that failed, and not what is tried."""
    quarantine: str | None = None
    """The role that answers for it. The outcome does not count."""
    runs: tuple[str, ...] = ()
    """The ids of its runs, the last one last; those on this machine have none."""
    seconds: float = 0
    """From its start to its end."""


class SmokeVerdict(Model):
    """The results of the requested scenarios for a side."""

    environment: str
    side: Side
    at: AwareDatetime
    """The time of the start, in UTC."""
    outcomes: tuple[ScenarioOutcome, ...]

    @property
    def counted(self) -> tuple[ScenarioOutcome, ...]:
        """Return the outcomes without those in quarantine."""
        return tuple(each for each in self.outcomes if each.quarantine is None)

    @property
    def outcome(self) -> Outcome:
        """Return FAILED as soon as one scenario failed; PASSED only when all that count passed."""
        outcomes = {each.outcome for each in self.counted}
        if Outcome.FAILED in outcomes:
            return Outcome.FAILED
        return Outcome.PASSED if outcomes == {Outcome.PASSED} else Outcome.NOT_KNOWN

    @property
    def waits_for_third_parties(self) -> bool:
        """Return whether all that keeps it from PASSED is that a third party failed."""
        open_ = [each for each in self.counted if each.outcome is not Outcome.PASSED]
        return bool(open_) and all(
            each.outcome is Outcome.NOT_KNOWN and each.third_party for each in open_
        )

    @property
    def exit_code(self) -> SmokeExitCode:
        return SmokeExitCode[self.outcome.name]

    def reasons(self, outcome: Outcome) -> str:
        """Return why, one clause a scenario of this outcome."""
        clauses = (
            f"{each.scenario}: {each.reason}" for each in self.counted if each.outcome is outcome
        )
        return "; ".join(clauses) or "no scenario could be tried that counts"


def verdict(
    environment: str, side: Side, at: datetime, outcomes: Iterable[ScenarioOutcome]
) -> SmokeVerdict:
    """Return the verdict, with the outcomes in the order of their scenarios' names."""
    by_name = sorted(outcomes, key=lambda each: each.scenario)
    return SmokeVerdict(environment=environment, side=side, at=at, outcomes=tuple(by_name))
