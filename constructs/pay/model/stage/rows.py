"""The settings of each stage, a row per stage. A stage without a row is refused at import.

A default would let a new stage pass unwatched, so no field has one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from pay.model.stage.parts import ALONE, BOTH_THERE, COMPARED, NOTHING, PartName
from pay.model.stage.stage import Ladder, Stage


class Dwell(Enum):
    """The reason to wait at a stage; `pay.model.stage.dwell` gives the times."""

    NOTHING = "no name leads to what changed"
    DRAIN = "clients follow DNS away from a side"
    WATCH = "enough requests at these weights to compare"
    SOAK = "a week, with its own peak"


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """One stage."""

    dwell: Dwell
    counts_the_peak: bool
    """A daily peak here proves Fargate: it serves enough, and EC2 shares the load."""
    judged_by: frozenset[PartName]
    """The parts of a judgement. Each needs what it compares. Empty: no metrics show anything."""
    before_leaving: tuple[str, ...]
    """The sentences that must be measured to be true before a service moves forward from it."""
    needs_approver: bool
    """A named role must agree to enter it: the step is hard or impossible to take back."""
    back_to: tuple[Stage, ...]
    """The stages of a rollback from it; only those on the ladder and below the stage count."""


_IS_REACHED = "`pay reach` found every connection of the service open"
_JUDGED = "errors, latency and total traffic were as before, on enough requests"
_STAYED_WELL = "errors and total traffic were as before, with Fargate alone"
_EC2_IS_IDLE = "EC2 requests were measured to be 0"

WEIGHTED = tuple(map(Stage, Ladder.model_fields))
"""The stages that have a weight, in order; a ladder may leave some of them out."""

_CANARY = StageRow(
    dwell=Dwell.WATCH,
    counts_the_peak=False,
    judged_by=COMPARED,
    before_leaving=(_JUDGED,),
    needs_approver=False,
    back_to=WEIGHTED,
)
_SHARED = StageRow(
    dwell=Dwell.WATCH,
    counts_the_peak=True,
    judged_by=COMPARED,
    before_leaving=(_JUDGED,),
    needs_approver=False,
    back_to=WEIGHTED,
)

ROWS: Mapping[Stage, StageRow] = {
    Stage.LEGACY: StageRow(
        dwell=Dwell.NOTHING,
        counts_the_peak=False,
        judged_by=NOTHING,
        before_leaving=(_IS_REACHED,),
        needs_approver=False,
        back_to=(),
    ),
    Stage.DARK: StageRow(
        dwell=Dwell.NOTHING,
        counts_the_peak=False,
        judged_by=NOTHING,
        before_leaving=(
            _IS_REACHED,
            "Fargate is healthy and the smoke tests pass against its load balancer",
            "Fargate could take all traffic",
        ),
        needs_approver=False,
        back_to=(Stage.LEGACY,),
    ),
    Stage.READY: StageRow(
        dwell=Dwell.DRAIN,
        counts_the_peak=False,
        judged_by=BOTH_THERE,
        before_leaving=(
            "the total traffic is unchanged",
            "Fargate worked messages of its queues, and no dead-letter queue grew",
            _JUDGED,
        ),
        needs_approver=False,
        back_to=(),
    ),
    Stage.CANARY: _CANARY,
    Stage.QUARTER: _SHARED,
    Stage.HALF: _SHARED,
    Stage.MOST: _SHARED,
    Stage.CUTOVER: StageRow(
        dwell=Dwell.DRAIN,
        counts_the_peak=False,
        judged_by=ALONE,
        before_leaving=(_EC2_IS_IDLE,),
        needs_approver=False,
        back_to=WEIGHTED,
    ),
    Stage.SOAK: StageRow(
        dwell=Dwell.SOAK,
        counts_the_peak=False,
        judged_by=ALONE,
        before_leaving=(_STAYED_WELL,),
        needs_approver=False,
        back_to=WEIGHTED,
    ),
    Stage.DETACHED: StageRow(
        dwell=Dwell.DRAIN,
        counts_the_peak=False,
        judged_by=ALONE,
        before_leaving=(_EC2_IS_IDLE,),
        needs_approver=True,
        back_to=(Stage.CUTOVER,),
    ),
    Stage.RETIRED: StageRow(
        dwell=Dwell.NOTHING,
        counts_the_peak=False,
        judged_by=NOTHING,
        before_leaving=(),
        needs_approver=True,
        back_to=(),
    ),
}


def missing_rows(
    stages: Collection[Stage], rows: Collection[Stage], on_ladder: Collection[Stage]
) -> tuple[str, ...]:
    """Return the places that leave out a stage, with what to write there."""
    asked = (
        ("constructs/pay/model/stage/rows.py, ROWS", rows, "how long a service stays, and so on"),
        ("constructs/pay/model/stage/stage.py, Ladder", on_ladder, "its weight or its records"),
    )
    return tuple(
        f"{place}: no {', '.join(missing)} ({what})"
        for place, known, what in asked
        if (missing := [stage for stage in stages if stage not in known])
    )


if _missing := missing_rows(tuple(Stage), ROWS, Ladder().stages):
    raise TypeError("a stage without its rows: " + "; ".join(_missing))
