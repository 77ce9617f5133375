"""The keys of an environment file that say in which steps services move."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from pay.model.stage.stage import FULL_WEIGHT, RUNGS_BETWEEN, Ladder


def _leaves_out_what_is_not_named(table: object) -> object:
    """Leave out a stage that a `[ladder]` table does not name, because TOML has no null."""
    return dict.fromkeys(RUNGS_BETWEEN) | table if isinstance(table, dict) else table


SMALLEST_MAX_STEP = 20
"""In per cent: a full ladder takes five steps from 0 to 100."""


def _a_ladder_can_keep(max_step: int) -> int:
    if not SMALLEST_MAX_STEP <= max_step <= FULL_WEIGHT:
        raise ValueError(
            f"{SMALLEST_MAX_STEP} to {FULL_WEIGHT}, because one of at most five steps from "
            f"0 to 100 is at least {SMALLEST_MAX_STEP}"
        )
    return max_step


LadderTable = Annotated[Ladder, BeforeValidator(_leaves_out_what_is_not_named)]

MaxStep = Annotated[
    int,
    AfterValidator(_a_ladder_can_keep),
    Field(json_schema_extra={"minimum": SMALLEST_MAX_STEP, "maximum": FULL_WEIGHT}),
]
