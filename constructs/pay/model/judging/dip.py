"""Judges by the total of both sides whether requests still arrive.

The expected total of a block is that of the same local time in the weeks before. It is scaled by
the level of the last hours. One low block proves nothing; two or three in a row do.
"""

from collections.abc import Sequence
from math import floor, log, sqrt
from typing import NamedTuple

from pay.model.judging.e_values import FAILS_AT, NO_BET, PASSES_AT, restarting
from pay.model.judging.part import Part, Verdict

LEAST_EXPECTED = 30
"""Requests in a block; with fewer a dip cannot be told from chance."""
LOW_SHARE = 0.7
_DEVIATIONS = 3.0
_VARIANCE_OF_THE_LEVEL = 0.01
_LOW, _NOT_LOW = 25.0, 0.51
"""The factors of the evidence for a low block, and for every other one. A healthy total is low in
at most 2 % of blocks, so on average the evidence does not grow."""
SHORTEST_BLOCKS = 12


class TotalBlock(NamedTuple):
    """The requests of both sides in a block of minutes."""

    observed: float
    expected: float

    @property
    def counts(self) -> bool:
        return self.expected >= LEAST_EXPECTED

    @property
    def is_low(self) -> bool:
        """Return whether requests are missing, beyond chance and beyond an ordinary quiet day."""
        deviation = log((self.observed + 1) / (self.expected + 1))
        spread = sqrt(_VARIANCE_OF_THE_LEVEL + 2 / self.expected) if self.expected else 0.0
        return (
            self.counts
            and self.observed < LOW_SHARE * self.expected
            and deviation < -_DEVIATIONS * spread
        )

    @property
    def factor(self) -> float:
        if not self.counts:
            return NO_BET
        return _LOW if self.is_low else _NOT_LOW


def judge_dip(blocks: Sequence[TotalBlock], *, block_minutes: int = 5) -> Part:
    """Judge the total, a block for each `block_minutes`."""
    evidence, failed_at = 0.0, None
    wealth = restarting(
        ((block.factor,) for block in blocks), blocks_an_hour=max(1, 60 // block_minutes)
    )
    for index, evidence in enumerate(wealth, start=1):
        if evidence >= FAILS_AT:
            failed_at = index
            break
    counted = [block for block in blocks if block.counts]
    part = Part(
        verdict=Verdict.NOT_ENOUGH_DATA,
        reason=_seen(blocks[:failed_at]),
        fail_minute=failed_at and failed_at * block_minutes,
        e_values={"e": evidence},
        numbers={
            "observed": sum(block.observed for block in counted),
            "expected": sum(block.expected for block in counted),
            "blocks": len(counted),
            "low": sum(block.is_low for block in counted),
            "block_minutes": block_minutes,
        },
    )
    if failed_at:
        reason = f"requests are missing: {part.reason}"
        return part.model_copy(update={"verdict": Verdict.FAIL, "reason": reason})
    if missing := max(0, SHORTEST_BLOCKS - len(counted)):
        what = f"{len(counted)} of {SHORTEST_BLOCKS} blocks expect {LEAST_EXPECTED} requests"
        return part.model_copy(
            update={
                "reason": f"too thin: {what}",
                "needs": f"{missing} more blocks that expect {LEAST_EXPECTED} requests",
                # Blocks that were all too thin come back at an hour that nobody knows.
                "wait_minutes": float(missing * block_minutes)
                if len(counted) == len(blocks)
                else None,
            }
        )
    if evidence >= PASSES_AT:
        missing = floor(log(evidence / PASSES_AT) / -log(_NOT_LOW)) + 1
        return part.model_copy(
            update={
                "reason": f"the newest blocks may be the start of a dip: {part.reason}",
                "needs": f"{missing} more blocks that are not low",
                "wait_minutes": float(missing * block_minutes),
            }
        )
    return part.model_copy(update={"verdict": Verdict.PASS})


def _seen(blocks: Sequence[TotalBlock]) -> str:
    counted = [block for block in blocks if block.counts]
    low = sum(block.is_low for block in counted)
    expected = sum(block.expected for block in counted)
    level = sum(block.observed for block in counted) / expected if expected else 0.0
    return f"{level:.0%} of the expected requests, {low} of {len(counted)} blocks low"
