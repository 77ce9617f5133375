"""Asks whether GuardDuty's agent watches the side that a promotion gives its first record."""

from dataclasses import dataclass

from pay.model import Side, Stage
from pay.model.side import ServiceSide
from pay.model.stage.transitions import Edge
from rollout.contracts.agent.coverage import Coverage
from rollout.moves.smoked import Reach
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Failed, Refused


@dataclass(frozen=True)
class Covered:
    """The answer of AWS, or the reason why it was not asked."""

    coverage: Coverage | None = None
    why_not: str | None = None

    @property
    def was_asked(self) -> bool:
        """Return whether the tasks have to be watched."""
        return self.coverage is not None or self.why_not is not None


NOT_WATCHED = Covered()
"""The move gives no side its first record, or nobody watches the account."""


def cover_side(
    standings: Standings,
    environment: str,
    service: str,
    edge: Edge,
    reach: Reach | None = None,
) -> Covered:
    """Ask whether the tasks of a service's Fargate side are watched, before DNS can lead there. The
    answer is empty for every other move. `reach` is that of `rollout.moves.smoked.smoke_side`.
    """
    target = standings.environments[environment]
    if edge.before is not Stage.DARK or not edge.is_forward or target.watching is None:
        return NOT_WATCHED
    # They import boto3, which most moves need nothing of.
    from botocore.exceptions import ClientError

    from rollout.aws.clients import asking
    from rollout.contracts.agent.read import read_coverage

    side = ServiceSide(standings.catalogue[service], target, Side.FARGATE)
    try:
        with (reach or asking)(target) as client:
            return Covered(read_coverage(side, client))
    except Refused as refusal:
        return Covered(why_not="; ".join(finding.reason for finding in refusal.findings))
    except (ClientError, Failed) as failure:
        return Covered(why_not=str(failure))
