"""Detects what allowed promotions break together: two branches merge without a conflict, because
each changes its own service.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, combinations

from pay.model.service.call_graph import neighbours
from pay.model.stage import invariants
from rollout.moves.standings import Standings


@dataclass(frozen=True)
class Collision:
    """Services of one environment that are in flight together and should not be (I18)."""

    services: tuple[str, ...]
    text: str
    fix: str
    allowed_because: str | None = None
    """The reason given when a neighbour was promoted beside the other."""


def collisions(standings: Standings, environment: str) -> tuple[Collision, ...]:
    """Return more services in flight than the limit, and every two neighbours in flight."""
    return tuple(_collisions(standings, environment))


def _collisions(standings: Standings, environment: str) -> Iterator[Collision]:
    stages, limit = standings.stages(environment), standings.environments[environment].max_in_flight
    flying = tuple(name for name, stage in stages.items() if stage.is_in_flight)
    if not invariants.has_room(stages, limit):
        yield Collision(
            flying,
            f"{len(flying)} services are in flight and {limit} may be: {', '.join(flying)}",
            "promote only the furthest services until they reach detached, or roll one back from "
            "dark",
        )
    for one, other in combinations(flying, 2):
        if other not in neighbours(standings.catalogue, one):
            continue
        yield Collision(
            (one, other),
            f"{one} ({stages[one]}) and {other} ({stages[other]}) move at the same time. One "
            "calls the other, so an error could come from either",
            f"promote one of them and leave the other: `pay promote {environment} SERVICE` asks "
            "for a reason",
            _reason(standings, environment, one, other),
        )


def _reason(standings: Standings, environment: str, one: str, other: str) -> str | None:
    """Return the latest reason in the journal since both are in flight."""
    journals = [standings.moves(environment, name) for name in (one, other)]
    # Always: the journal does not say when a service came into flight.
    always = datetime.min.replace(tzinfo=UTC)
    both = max(
        max(
            (m.at for m in moves if m.after.is_in_flight and not m.before.is_in_flight),
            default=always,
        )
        for moves in journals
    )
    reasons = [(m.at, m.adjacent) for m in chain(*journals) if m.adjacent and m.at >= both]
    return max(reasons)[1] if reasons else None
