"""The moves that a stage allows: forward one stage at a time, back as far as is safe.

| from | forward | rollback |
|---|---|---|
| `legacy` | `dark` | - |
| `dark` | `ready` | `legacy`: the Fargate side, which no name leads to, is removed |
| `ready` | next rung | none: the records stay weighted, EC2 has everything already |
| a rung up to `soak` | next stage | every lower weighted stage |
| `detached` | `retired` | `cutover`: the EC2 record is made again, with weight 0 |
| `retired` | - | none: the EC2 side is gone |
"""

from enum import StrEnum

from pay.model.base import Model
from pay.model.stage.stage import Ladder, Stage


class Direction(StrEnum):
    """Which way an edge leads."""

    FORWARD = "forward"
    ROLLBACK = "rollback"


class Edge(Model):
    """One move of a service from a stage to another."""

    before: Stage
    after: Stage
    direction: Direction

    @property
    def is_forward(self) -> bool:
        """Gates stand in front of these only; a rollback is never blocked."""
        return self.direction is Direction.FORWARD


def promotion(ladder: Ladder, stage: Stage) -> Edge | None:
    """The one move forward; None from `retired`. Raises ValueError for a stage off the ladder."""
    stages = ladder.stages
    following = stages[stages.index(stage) + 1 :]
    if not following:
        return None
    return Edge(before=stage, after=following[0], direction=Direction.FORWARD)


def rollbacks(ladder: Ladder, stage: Stage) -> tuple[Edge, ...]:
    """The moves back, the one that gives EC2 the most traffic first; empty where there is none."""
    return tuple(
        Edge(before=stage, after=target, direction=Direction.ROLLBACK)
        for target in _rollback_targets(ladder, stage)
    )


def edges(ladder: Ladder) -> tuple[Edge, ...]:
    """Every move that the ladder allows."""
    found = []
    for stage in ladder.stages:
        forward = promotion(ladder, stage)
        found += [forward] if forward else []
        found += rollbacks(ladder, stage)
    return tuple(found)


def find_edge(ladder: Ladder, before: Stage, after: Stage) -> Edge | None:
    """The move between two stages; None where the ladder allows none."""
    return next((e for e in edges(ladder) if (e.before, e.after) == (before, after)), None)


def _rollback_targets(ladder: Ladder, stage: Stage) -> tuple[Stage, ...]:
    if stage is Stage.DARK:
        return (Stage.LEGACY,)
    if stage is Stage.DETACHED:
        return (Stage.CUTOVER,)
    if stage is Stage.SOAK or stage in ladder.rungs:
        return tuple(rung for rung in ladder.rungs if rung.position < stage.position)
    return ()
