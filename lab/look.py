"""One look of the judge at a walk."""

from dataclasses import dataclass

from pay.model.judging.part import Verdict
from rollout.measure.judgement import Judgement


@dataclass(frozen=True)
class Look:
    """The judge's verdict, and its consequence."""

    time: float
    """In the lab's seconds since the epoch."""
    judgement: Judgement
    outcome: str

    @property
    def decides(self) -> bool:
        """Return whether the service moved on it."""
        return self.judgement.verdict is not Verdict.NOT_ENOUGH_DATA
