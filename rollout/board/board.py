"""The board: every service by environment with stage, weights, its time there and the next step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pay.model import Environment, Side, Stage
from pay.model.stage.dns_answers import side_shares
from pay.model.stage.transitions import promotion
from rollout.contracts.agent.coverage import Coverage
from rollout.moves.by_hand import changed_by_hand
from rollout.moves.collisions import Collision, collisions
from rollout.moves.gates import Promotion, findings
from rollout.moves.journal import weights_text
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Finding

ASKED_FOR = frozenset({"evidence", "approver"})
"""The gates that options of a promotion answer. A service does not wait for them."""


@dataclass(frozen=True)
class BoardRow:
    """A service in an environment."""

    environment: str
    service: str
    scope: str
    stage: Stage
    weights: str
    fargate_percent: int
    since: datetime | None
    by_hand: Finding | None
    """The file was changed without the journal, in words."""
    next_stage: Stage | None
    waits_for: tuple[Finding, ...]
    """The reasons that block the next stage now."""
    collisions: tuple[Collision, ...]
    """All that the service takes part in, allowed or not."""
    watched: tuple[Coverage, ...] = ()
    """The share of each side that GuardDuty's agent watches; empty if AWS was not asked."""

    def as_data(self) -> dict[str, object]:
        watched = [each.as_data() for each in self.watched]
        return {
            **({"watched": watched} if watched else {}),
            "environment": self.environment,
            "service": self.service,
            "scope": self.scope,
            "stage": self.stage.value,
            "weights": self.weights,
            "fargate_percent": self.fargate_percent,
            "since": self.since.isoformat() if self.since else None,
            "changed_by_hand": self.by_hand is not None,
            "next": self.next_stage.value if self.next_stage else None,
            "waits_for": [finding.reason for finding in self.waits_for],
            "problems": [
                *([self.by_hand.reason] if self.by_hand else []),
                *(each.text for each in self.collisions if not each.allowed_because),
            ],
        }


def rows(standings: Standings, environments: Sequence[str]) -> list[BoardRow]:
    """Return the board of some environments, in their order and that of their services."""
    return [
        _row(standings, name, service, together)
        for name in environments
        for together in [collisions(standings, name)]
        for service in standings.environments[name].services
    ]


def _row(
    standings: Standings, environment: str, service: str, together: Sequence[Collision]
) -> BoardRow:
    target = standings.environments[environment]
    stage = target.services[service].stage
    records = target.ladder.records(stage)
    edge = promotion(target.ladder, stage)
    asked = findings(Promotion(standings, environment, service, edge)) if edge else ()
    return BoardRow(
        environment=environment,
        service=service,
        scope=standings.catalogue[service].scope.value,
        stage=stage,
        weights=weights_text(records),
        fargate_percent=int(side_shares(records).get(Side.FARGATE, 0) * 100),
        since=standings.since(environment, service),
        by_hand=changed_by_hand(standings, environment, service),
        next_stage=edge.after if edge else None,
        waits_for=tuple(f for f in asked if f.refuses and f.gate not in ASKED_FOR),
        collisions=tuple(each for each in together if service in each.services),
    )


def by_chain(environments: Mapping[str, Environment]) -> list[str]:
    """Return the names of the environments, each after the one it follows."""

    def depth(name: str) -> int:
        before = environments[name].follows
        return 1 + depth(before) if before else 0

    return sorted(environments, key=lambda name: (depth(name), name))
