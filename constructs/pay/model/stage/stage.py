"""The stage of a microservice in its move, and the records of each stage.

The stages are data: their order, their weights and their edges. Sources: Route 53 developer guide,
"Weighted routing"; docs/decisions.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from pay.model.base import Model
from pay.model.problem import Problem
from pay.model.vocabulary import Side

FULL_WEIGHT = 100
"""The weights of a name always sum to this while both records exist. So a weight reads as a per
cent."""


class Stage(StrEnum):
    """The stages in their order; a service moves forward one at a time."""

    LEGACY = "legacy"
    DARK = "dark"
    READY = "ready"
    CANARY = "canary"
    QUARTER = "quarter"
    HALF = "half"
    MOST = "most"
    CUTOVER = "cutover"
    SOAK = "soak"
    DETACHED = "detached"
    RETIRED = "retired"

    @property
    def position(self) -> int:
        """Return the place in the order: a stage is text, so `<` would compare its letters."""
        return _POSITIONS[self]

    @property
    def is_in_flight(self) -> bool:
        """Return whether the move has begun and a weight can still take it back."""
        return Stage.DARK.position <= self.position <= Stage.SOAK.position

    @property
    def has_ec2(self) -> bool:
        """Return whether the EC2 side exists (all but `retired`)."""
        return self is not Stage.RETIRED

    @property
    def has_fargate(self) -> bool:
        """Return whether the Fargate side exists (all but `legacy`)."""
        return self is not Stage.LEGACY

    def has(self, side: Side) -> bool:
        """Return whether that side of the microservice exists."""
        return self.has_ec2 if side is Side.EC2 else self.has_fargate

    @property
    def pins_fargate_at_peak(self) -> bool:
        """Return whether DNS failover can hand Fargate the full peak. A record of weight 0 answers
        when the others are unhealthy. Source: Route 53 developer guide, "How Route 53 chooses
        records when health checking is configured".
        """
        return self in _PINNED

    def takes_work(self, side: Side) -> bool:
        """Return whether that side takes messages of queues and jobs: EC2 always, Fargate once it
        has a record. Before, it is not proven. After, it must, because connector reports events of
        payments by the same switch that lets it receive captures.
        """
        return self.has(side) and (side is Side.EC2 or self is not Stage.DARK)


_POSITIONS = {stage: position for position, stage in enumerate(Stage)}
_PINNED = frozenset(Stage) - {Stage.LEGACY, Stage.DETACHED, Stage.RETIRED}

Weight = Annotated[int, Field(ge=0, le=255)]
"""A Route 53 weight: an integer from 0 to 255."""

Percent = Annotated[int, Field(ge=0, le=FULL_WEIGHT)]


class Record(Model):
    """One record of a name: an alias to the load balancer of `side`."""

    side: Side
    weight: Weight | None
    """None: a simple record, with neither weight nor set identifier."""


RUNGS_BETWEEN = tuple(Stage)[_POSITIONS[Stage.READY] + 1 : _POSITIONS[Stage.CUTOVER]]
"""The stages that a ladder may leave out, all but one."""


class Ladder(Model):
    """Fargate's share of the answers, in per cent, at each weighted stage of an environment.

    An environment may set other weights between `ready` and `cutover`, or leave out all stages but
    one there. The records are written one after the other. From 100/0 straight to 0/100 a name
    would pass through 0/0, which Route 53 answers half and half.
    """

    ready: Percent = 0
    canary: Percent | None = 5
    quarter: Percent | None = 25
    half: Percent | None = 50
    most: Percent | None = 75
    cutover: Percent = FULL_WEIGHT

    def problems(self) -> Iterator[Problem]:
        if self.ready != 0:
            yield Problem(key="ready", found=str(self.ready), allowed="0, where a ladder starts")
        if self.cutover != FULL_WEIGHT:
            yield Problem(
                key="cutover",
                found=str(self.cutover),
                allowed=f"{FULL_WEIGHT}, where a ladder ends",
            )
        rungs = list(self.rungs.items())
        if len(rungs) == 2:
            yield Problem(
                found="no stage between ready and cutover",
                allowed=f"at least one of {', '.join(RUNGS_BETWEEN)}",
                fix="name one: in one step the weights would pass through 0/0",
            )
        for (lower, a), (upper, b) in pairwise(rungs):
            if b <= a:
                yield Problem(key=upper, found=str(b), allowed=f"more than {lower}, which is {a}")

    @property
    def rungs(self) -> dict[Stage, int]:
        """Return the weighted stages of this ladder, in order, with Fargate's per cent."""
        return {Stage(name): share for name, share in self if share is not None}

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Return every stage that a service passes through."""
        return _stages(self)

    @property
    def largest_step(self) -> int:
        """Return the largest rise of Fargate's share in one promotion, in per cent."""
        shares = list(self.rungs.values())
        return max(b - a for a, b in pairwise(shares))

    def records(self, stage: Stage) -> tuple[Record, ...]:
        """Return the records of a name at `stage` in the order of writing, EC2's first.

        Raises KeyError for a stage that is not on this ladder.
        """
        if stage in (Stage.LEGACY, Stage.DARK):
            return (Record(side=Side.EC2, weight=None),)
        if stage in (Stage.DETACHED, Stage.RETIRED):
            return (Record(side=Side.FARGATE, weight=FULL_WEIGHT),)
        share = FULL_WEIGHT if stage is Stage.SOAK else self.rungs[stage]
        return (
            Record(side=Side.EC2, weight=FULL_WEIGHT - share),
            Record(side=Side.FARGATE, weight=share),
        )


@cache
def _stages(ladder: Ladder) -> tuple[Stage, ...]:
    """Return the stages, for which a command asks once for each service, alarm and edge."""
    return (Stage.LEGACY, Stage.DARK, *ladder.rungs, Stage.SOAK, Stage.DETACHED, Stage.RETIRED)
