"""Asks what smoke tests say of the side that a promotion gives its first record."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from pay.model import Environment, Side, Stage
from pay.model.stage.transitions import Edge
from rollout.moves.standings import Standings
from rollout.smoke.verdict import SmokeVerdict
from rollout.terminal.refusal import Failed, Refused

Reach = Callable[[Environment], AbstractContextManager[Callable[[str], Any]]]
"""Gives clients by the name of the AWS service, as `rollout.aws.clients.asking` does."""


@dataclass(frozen=True)
class Smoked:
    """A verdict, or why there is none."""

    verdict: SmokeVerdict | None = None
    why_not: str | None = None

    @property
    def was_asked(self) -> bool:
        """Return whether smoke tests could have decided."""
        return self.verdict is not None or self.why_not is not None


NOT_SMOKED = Smoked()
"""The move gives no side its first record, or the environment has no smoke tests."""


def smoke_side(
    standings: Standings,
    environment: str,
    service: str,
    edge: Edge,
    reach: Reach | None = None,
) -> Smoked:
    """Try the Fargate side of a service before DNS can lead there; empty for every other move.

    `reach` gives the clients of the environment's account, by default with the credentials of the
    shell. Starts canaries, and waits for their runs.
    """
    target = standings.environments[environment]
    if edge.before is not Stage.DARK or not edge.is_forward or target.smoke is None:
        return NOT_SMOKED
    # They import boto3, which most moves need nothing of.
    from pay.smoke.targets import proving
    from rollout.aws.clients import asking
    from rollout.smoke.of_service import of_service
    from rollout.smoke.smoke import smoke

    side = Side.FARGATE
    try:
        with (reach or asking)(target) as client:
            shown = smoke(target, side, proving(target, side, service), client=client)
            return Smoked(of_service(shown, target, service))
    except Refused as refusal:
        return Smoked(why_not="; ".join(finding.reason for finding in refusal.findings))
    except Failed as failure:
        return Smoked(why_not=str(failure))
