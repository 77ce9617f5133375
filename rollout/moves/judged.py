"""Asks the judge for its verdict on the stage that a promotion would leave."""

from dataclasses import dataclass

from rollout.measure.judgement import Judgement


@dataclass(frozen=True)
class Judged:
    """A judgement, or why there is none."""

    judgement: Judgement | None = None
    why_not: str | None = None

    @property
    def was_asked(self) -> bool:
        """Return whether metrics could have decided."""
        return self.judgement is not None or self.why_not is not None


NOT_ASKED = Judged()
"""No metrics can decide."""
