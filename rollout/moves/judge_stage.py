"""Judges the stage that a promotion would leave."""

from pay.model.stage.conditions import measurements
from pay.model.stage.rows import ROWS
from pay.model.stage.transitions import Edge
from rollout.moves.judged import NOT_ASKED, Judged
from rollout.moves.smoked import Reach
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Failed, Refused


def judge_stage(
    standings: Standings,
    environment: str,
    service: str,
    edge: Edge,
    reach: Reach | None = None,
) -> Judged:
    """Judge a service at the stage that it would leave; empty where no metrics can decide.

    `reach` gives the clients of the environment's account, by default with the credentials of the
    shell. A promotion continues without AWS where a person answers for it. The gates decide that.
    """
    if not (ROWS[edge.before].judged_by and measurements(edge)):
        return NOT_ASKED
    # They import boto3, which most moves need nothing of.
    from rollout.aws.clients import asking
    from rollout.measure.measure import judge
    from rollout.moves.to_judge import services_to_judge

    try:
        (asked,) = services_to_judge(standings, environment, service, standings.now)
        with (reach or asking)(standings.environments[environment]) as client:
            return Judged(judge(asked, client))
    except Refused as refusal:
        return Judged(why_not="; ".join(finding.reason for finding in refusal.findings))
    except Failed as failure:
        return Judged(why_not=str(failure))
