"""The moves that a stage allows: forward one stage at a time, back as far as is safe.

| from | forward | rollback |
|---|---|---|
| `legacy` | `dark` | - |
| `dark` | `ready` | `legacy`: the Fargate side, which no name leads to, is removed |
| `ready` | next rung | none: the records stay weighted, EC2 has everything already |
| a rung up to `soak` | next stage | every lower weighted stage |
| `detached` | `retired` | `cutover`: the EC2 record is recreated, with weight 0 |
| `retired` | - | none: the EC2 side is gone |
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pay.model.stage.rows import ROWS
from pay.model.stage.stage import Ladder, Stage


class Direction(StrEnum):
    """The direction of an edge."""

    FORWARD = "forward"
    ROLLBACK = "rollback"


@dataclass(frozen=True)
class Edge:
    """One move of a service from a stage to another."""

    before: Stage
    after: Stage
    direction: Direction

    @property
    def is_forward(self) -> bool:
        """Return whether gates may block the move; they never block a rollback."""
        return self.direction is Direction.FORWARD


def promotion(ladder: Ladder, stage: Stage) -> Edge | None:
    """Return the one move forward, or None from `retired`; raises ValueError for a stage that is
    not on the ladder.
    """
    following = ladder.stages[ladder.stages.index(stage) + 1 :]
    return Edge(stage, following[0], Direction.FORWARD) if following else None


def rollbacks(ladder: Ladder, stage: Stage) -> tuple[Edge, ...]:
    """Return the moves back, the one that gives EC2 the most traffic first."""
    targets = _rollback_targets(ladder, stage)
    return tuple(Edge(stage, target, Direction.ROLLBACK) for target in targets)


@cache
def transitions(ladder: Ladder) -> tuple[Edge, ...]:
    """Return every move that the ladder allows."""
    both = ((promotion(ladder, stage), *rollbacks(ladder, stage)) for stage in ladder.stages)
    return tuple(edge for of_stage in both for edge in of_stage if edge)


def find_edge(ladder: Ladder, before: Stage, after: Stage) -> Edge | None:
    """Return the move between two stages, or None if the ladder does not allow it."""
    return next((e for e in transitions(ladder) if (e.before, e.after) == (before, after)), None)


def _rollback_targets(ladder: Ladder, stage: Stage) -> tuple[Stage, ...]:
    if stage not in ladder.stages:
        return ()
    on_ladder = (each for each in ROWS[stage].back_to if each in ladder.stages)
    return tuple(each for each in on_ladder if each.position < stage.position)
