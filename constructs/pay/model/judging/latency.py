"""Judges response times: is Fargate slower than EC2 by more than a quarter?

A block has one vote, by the same percentile of both sides. The percentile and the length of a block
depend on the rate of the smaller side. A percentile of few requests is their maximum.
"""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from pay.model.judging.e_values import FAILS_AT, NO_BET, PASSES_AT, at_once, restarting
from pay.model.judging.limits import PATIENCE_MINUTES
from pay.model.judging.minutes import Minute, total
from pay.model.judging.part import Part, Verdict
from pay.model.service.judging import USUALLY_SLOWER_BY

_STAKES = (0.3, 0.6, 0.9)
"""The parts of the wealth that the alternatives bet on a block."""

BLOCKS_TO_FAIL = 11
"""Blocks in a row, all of them slower, that fail a new stage. Half of the stake is bet at first."""

NEWEST_BLOCKS = 12
"""Of these, slower ones at the end forbid to pass. Hours of good blocks cannot outvote them."""
_DOUBTS_AT = 4.0
"""The gain of a bet that begins with three slower blocks in a row."""

_RATIO_BLOCKS = 288
"""The newest blocks that the ratio is taken from: a day of 5 minutes each."""

_SHORTEST_TIME = 0.001
"""Milliseconds. A ratio to less, or to nothing, has no number that JSON knows."""


class Pair(NamedTuple):
    """A percentile of both sides' response times in a block, in milliseconds. It is None with too
    few requests for it.
    """

    ec2: float | None
    fargate: float | None

    @property
    def counts(self) -> bool:
        return self.ec2 is not None and self.fargate is not None

    def is_slower(self, by: float) -> bool:
        """Return whether Fargate takes more than `by` times as long."""
        return self.fargate is not None and self.ec2 is not None and (self.fargate > by * self.ec2)


class Percentile(NamedTuple):
    """The value to compare, a percentile of the requests in a block of minutes."""

    percent: int
    block_minutes: int

    @property
    def least_samples(self) -> float:
        """Return the requests of a side that a block needs to count."""
        return _LEAST * 100 / (100 - self.percent)


_EXPECTED, _LEAST = 13, 10
"""Samples above the percentile: expected, so that a block counts also when fewer come."""

PERCENTILES = tuple(
    Percentile(percent, block_minutes)
    for percent, lengths in (
        (99, (1, 5, 10)),
        (95, (1, 5, 10)),
        (90, (1, 5, 10)),
        (50, (1, 5, 10, 30, 60)),
    )
    for block_minutes in lengths
)
"""In the order of choice: the highest percentile, then the shortest block."""


LEAST_AN_HOUR = min(
    _EXPECTED * 100 / (100 - each.percent) * 60 / each.block_minutes for each in PERCENTILES
)
"""The requests an hour of the smaller side that show any percentile."""


def choose_percentile(requests_a_minute: float) -> Percentile | None:
    """Return what to compare when the smaller side gets so many requests; None if too few."""
    return next(
        (
            choice
            for choice in PERCENTILES
            if requests_a_minute * choice.block_minutes * (100 - choice.percent) / 100 >= _EXPECTED
        ),
        None,
    )


def percentile_of(periods: Sequence[Minute], period_minutes: int = 1) -> Percentile | None:
    """Return the percentile to compare in a stage with periods of so many minutes. None: no hour so
    far shows any percentile.

    Its first hour decides, or its first hours, where that has too few requests. A choice by all of
    them would change with the time of day. A FAIL by the blocks of the night would be lost.
    """
    an_hour = 60 // period_minutes
    for end in range(an_hour, len(periods) + an_hour, an_hour):
        first = periods[:end]
        seen = total(first)
        smaller = min(seen.ec2_requests, seen.fargate_requests)
        if choice := choose_percentile(smaller / len(first) / period_minutes):
            return choice
    return None


def judge_latency(
    pairs: Sequence[Pair], *, block_minutes: int, slower_by: float = USUALLY_SLOWER_BY
) -> Part:
    """Judge the response times, a pair for each block of `block_minutes`."""
    blocks_an_hour = max(1, 60 // block_minutes)
    slower = _factors(pairs, slower_by, wins=True)
    worse = 0.0
    better = at_once(_factors(pairs, slower_by, wins=False))
    failed_at = None
    for block, worse in enumerate(restarting(slower, blocks_an_hour=blocks_an_hour), start=1):
        if worse >= FAILS_AT:
            failed_at = block
            break
    counted = [pair for pair in pairs if pair.counts]
    part = Part(
        verdict=Verdict.PASS,
        reason=_seen(pairs[:failed_at], slower_by),
        fail_minute=failed_at and failed_at * block_minutes,
        e_values={"e_worse": worse, "e_better": better},
        numbers={
            "blocks": len(counted),
            "slower": sum(pair.is_slower(slower_by) for pair in counted),
            "ratio": ratio(pairs),
            "slower_by": slower_by,
            "block_minutes": block_minutes,
        },
        sees=f"over {slower_by:g} times EC2's latency in {BLOCKS_TO_FAIL * block_minutes} min",
    )
    if failed_at:
        reason = f"Fargate is slower than EC2: {part.reason}"
        return part.model_copy(update={"verdict": Verdict.FAIL, "reason": reason})
    late = _slower_at_the_end(counted, slower_by)
    if better >= PASSES_AT and not late:
        return part
    most = PATIENCE_MINUTES // block_minutes
    missing = _blocks_to_pass(counted, slower_by, most)
    why = "the newest blocks are slower" if late else f"few blocks on one side of {slower_by:g}"
    return part.model_copy(
        update={
            "verdict": Verdict.NOT_ENOUGH_DATA,
            "reason": f"{why}: {part.reason}",
            "needs": f"{missing or f'over {most}'} more blocks under {slower_by:g} in a row",
            "wait_minutes": missing and float(missing * block_minutes),
            "escalate": missing is None,
        }
    )


def _slower_at_the_end(counted: Sequence[Pair], slower_by: float) -> bool:
    """Return whether a bet on slower blocks has gained by now, or was once as sure as a PASS. It
    may have begun at any of the newest blocks.
    """
    newest = _factors(counted[-NEWEST_BLOCKS:], slower_by, wins=True)
    return any(
        at_once(newest[start:end]) >= (_DOUBTS_AT if end == len(newest) else PASSES_AT)
        for start in range(len(newest))
        for end in range(start + 1, len(newest) + 1)
    )


def _blocks_to_pass(counted: Sequence[Pair], slower_by: float, most: int) -> int | None:
    """Return how many more blocks that are not slower make the evidence of a PASS; None: more than
    `most`.
    """
    newest, good = list(counted[-NEWEST_BLOCKS:]), Pair(1, 1)
    factors = _factors(counted, slower_by, wins=False)
    wealth = [at_once([(factor[at],) for factor in factors]) for at in range(len(_STAKES))]
    for count in range(1, most + 1):
        future = sum(own * (1 + stake) ** count for own, stake in zip(wealth, _STAKES, strict=True))
        is_enough = future / len(_STAKES) >= PASSES_AT
        if is_enough and not _slower_at_the_end([*newest, *[good] * count], slower_by):
            return count
    return None


def _factors(pairs: Sequence[Pair], slower_by: float, *, wins: bool) -> list[tuple[float, ...]]:
    """Return a block's factors for a bet that wins where `is_slower` equals `wins`."""
    signs = (pair.counts and (1 if pair.is_slower(slower_by) is wins else -1) for pair in pairs)
    return [tuple(NO_BET + sign * stake for stake in _STAKES) for sign in signs]


def _seen(pairs: Sequence[Pair], slower_by: float) -> str:
    counted = [pair for pair in pairs if pair.counts]
    slower = sum(pair.is_slower(slower_by) for pair in counted)
    text = f"{len(counted) - slower} of {len(counted)} blocks under {slower_by:g}"
    return f"{text}, ratio {ratio(pairs):.2f}" if counted else text


def ratio(pairs: Sequence[Pair]) -> float:
    """Return how much slower Fargate is, as the median over all pairs of blocks. One bad block does
    not move it (the estimator of Hodges and Lehmann).
    """
    counted = [pair for pair in pairs if pair.counts][-_RATIO_BLOCKS:]
    ec2, fargate = (
        [max(_SHORTEST_TIME, time) for time in times if time is not None]
        for times in ([pair.ec2 for pair in counted], [pair.fargate for pair in counted])
    )
    return median(f / e for f in fargate for e in ec2) if counted else 1.0
