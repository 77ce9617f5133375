"""Judges the stage that a promotion would leave."""

from dataclasses import dataclass

from pay.model.judging.verdict import PARTS
from pay.model.stage.conditions import measurements
from pay.model.stage.transitions import Edge
from rollout.aws.clients import asking
from rollout.measure.judgement import Judgement
from rollout.measure.measure import judge
from rollout.moves.standings import Standings
from rollout.moves.to_judge import services_to_judge
from rollout.terminal.refusal import Failed, Refused


@dataclass(frozen=True)
class Judged:
    """A judgement, or why there is none."""

    judgement: Judgement | None = None
    why_not: str | None = None

    @property
    def was_asked(self) -> bool:
        """Return whether metrics could have told."""
        return self.judgement is not None or self.why_not is not None


NOT_ASKED = Judged()
"""No metrics can tell."""


def judged(standings: Standings, environment: str, service: str, edge: Edge) -> Judged:
    """Judge a service at the stage that it would leave; empty where no metrics can tell.

    A promotion goes on without AWS where a person answers for it: that is for the gates to decide.
    """
    if edge.before not in PARTS or not measurements(edge):
        return NOT_ASKED
    try:
        (asked,) = services_to_judge(standings, environment, service, standings.now)
        with asking(standings.environments[environment]) as client:
            return Judged(judge(asked, client))
    except Refused as refusal:
        return Judged(why_not="; ".join(finding.reason for finding in refusal.findings))
    except Failed as failure:
        return Judged(why_not=str(failure))
