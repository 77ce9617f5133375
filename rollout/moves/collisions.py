"""What promotions that are each allowed break together: two people's branches merge without a
conflict, because each changes its own service.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from pay.model.service.call_graph import neighbours
from pay.model.stage import invariants
from rollout.moves.standings import Situation


@dataclass(frozen=True)
class Collision:
    """Services of one environment that are in flight together and should not be (I18)."""

    services: tuple[str, ...]
    text: str
    fix: str
    allowed_because: str | None = None
    """What somebody wrote when a neighbour moved on beside the other."""


def collisions(situation: Situation, environment: str) -> tuple[Collision, ...]:
    """More services in flight than the limit, and every two neighbours that are."""
    return (*_too_many(situation, environment), *_beside(situation, environment))


def _too_many(situation: Situation, environment: str) -> Iterator[Collision]:
    stages, limit = situation.stages(environment), situation.environments[environment].max_in_flight
    if invariants.has_room(stages, limit):
        return
    flying = tuple(name for name, stage in stages.items() if stage.is_in_flight)
    yield Collision(
        flying,
        f"{len(flying)} services are in flight and {limit} may be: {', '.join(flying)}",
        "promote none but those furthest on until they are detached, or roll one back from dark",
    )


def _beside(situation: Situation, environment: str) -> Iterator[Collision]:
    stages = situation.stages(environment)
    flying = [name for name, stage in stages.items() if stage.is_in_flight]
    for one, other in combinations(flying, 2):
        if other not in neighbours(situation.catalogue, one):
            continue
        yield Collision(
            (one, other),
            f"{one} ({stages[one]}) and {other} ({stages[other]}) move at the same time, and one "
            "calls the other: an error could come from either",
            f"promote one of them and leave the other: `pay promote {environment} SERVICE` asks "
            "for a reason",
            _reason(situation, environment, one, other),
        )


def _reason(situation: Situation, environment: str, one: str, other: str) -> str | None:
    """The latest reason that one of them gave since both are in flight."""
    both = max(_took_off(situation, environment, name) for name in (one, other))
    moves = [*situation.moves(environment, one), *situation.moves(environment, other)]
    told = [(move.at, move.adjacent) for move in moves if move.adjacent and move.at >= both]
    return max(told)[1] if told else None


def _took_off(situation: Situation, environment: str, service: str) -> datetime:
    """When it last came into flight; long ago when the journal does not say."""
    moves = situation.moves(environment, service)
    begun = [move.at for move in moves if move.after.is_in_flight and not move.before.is_in_flight]
    return max(begun, default=datetime.min.replace(tzinfo=UTC))
